//! PySpark's objects over a session, the playground that drives them, and the lens that reads a program as a query.

pub mod lens;
