//! What is on the class path besides plain Spark: the sources and sinks that come in packages of their own.
//!
//! Law: whoever looks a format up by name asks here first; nothing behind that asks again.

use crate::diag::Result;

/// The packages that a session has. Plain Spark has none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Packages {
    kafka: bool,
    kinesis: bool,
    delta: bool,
    drivers: bool,
}

/// How the artifacts of JDBC drivers begin.
const DRIVERS: [&str; 7] = ["postgresql", "mysql-connector", "mariadb-java-client", "mssql-jdbc", "ojdbc", "sqlite-jdbc", "h2"];

impl Packages {
    /// All that Tidemark knows.
    pub const ALL: Self = Self { kafka: true, kinesis: true, delta: true, drivers: true };

    /// Adds what the setting `spark.jars.packages` names: Maven coordinates with commas between them, such as
    /// `org.apache.spark:spark-sql-kafka-0-10_2.13:4.3.0`.
    pub fn add(&mut self, coordinates: &str) {
        for coordinate in coordinates.split(',') {
            let artifact = coordinate.split(':').nth(1).unwrap_or_default();
            self.kafka |= artifact.starts_with("spark-sql-kafka-0-10");
            self.kinesis |= artifact.contains("kinesis");
            self.drivers |= DRIVERS.iter().any(|driver| artifact.starts_with(driver));
            self.delta |= artifact.starts_with("delta-spark") || artifact.starts_with("delta-core");
        }
    }

    /// Whether a driver for a JDBC url can be found; plain Spark brings Derby's alone. `method` is what PySpark calls in the JVM.
    ///
    /// # Errors
    /// What the JVM says of a driver that is not there.
    pub fn check_driver(self, url: &str, class: Option<&str>, method: &str) -> Result<()> {
        let is_derby = url.starts_with("jdbc:derby:");
        match class {
            _ if self.drivers && url.starts_with("jdbc:") || is_derby => Ok(()),
            Some(class) => Err(super::jdbc::java_error(method, &format!("java.lang.ClassNotFoundException: {class}"))),
            None => Err(super::jdbc::java_error(method, "java.sql.SQLException: No suitable driver")),
        }
    }

    /// Whether a format can be found. `doing` is `reading` or `writing`.
    ///
    /// # Errors
    /// What Spark says of a format whose package is not there.
    pub fn check(self, format: &str, doing: &str) -> Result<()> {
        let is_there = match format.to_ascii_lowercase().as_str() {
            "kafka" => self.kafka,
            "kinesis" => self.kinesis,
            "delta" => self.delta,
            _ => true,
        };
        if is_there { Ok(()) } else { Err(super::load::unknown_format(format, doing)) }
    }
}

#[cfg(test)]
mod tests {
    use super::Packages;

    #[test]
    fn coordinates_name_packages() {
        let mut packages = Packages::default();
        assert!(packages.check("kafka", "reading").is_err() && packages.check("rate", "reading").is_ok());
        packages.add("org.apache.spark:spark-sql-kafka-0-10_2.13:4.3.0, io.delta:delta-spark_2.13:4.0.0");
        assert!(packages.check("Kafka", "reading").is_ok() && packages.check("delta", "writing").is_ok());
        assert!(packages.check("kinesis", "reading").is_err());
    }
}
