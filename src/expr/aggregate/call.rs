//! An aggregate function in an expression.

use crate::expr::typed::Typed;
use crate::types::DataType;
use crate::types::Value;

/// The aggregate functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are Spark's")]
pub enum AggregateFunction {
    Count,
    CountIf,
    Sum,
    TrySum,
    Average,
    TryAverage,
    Min,
    Max,
    First,
    Last,
    AnyValue,
    CollectList,
    CollectSet,
    StddevSample,
    StddevPopulation,
    VarianceSample,
    VariancePopulation,
    Skewness,
    Kurtosis,
    Correlation,
    CovarianceSample,
    CovariancePopulation,
    RegrCount,
    RegrAvgX,
    RegrAvgY,
    RegrSxx,
    RegrSyy,
    RegrSxy,
    RegrSlope,
    RegrIntercept,
    RegrR2,
    ApproxCountDistinct,
    MinBy,
    MaxBy,
    BoolAnd,
    BoolOr,
    BitAnd,
    BitOr,
    BitXor,
    Mode,
    Median,
    Percentile,
    PercentileDisc,
    PercentileApprox,
    ListAgg,
    Product,
}

/// An aggregate function on its arguments, which have the types that it takes.
#[derive(Clone, Debug, PartialEq)]
pub struct AggregateCall {
    /// Which.
    pub function: AggregateFunction,
    /// The arguments that are evaluated on every row. `count(*)` has none.
    pub arguments: Vec<Typed>,
    /// Constant parameters: percentages, delimiters, relative errors, flags.
    pub parameters: Vec<Value>,
    /// `DISTINCT`.
    pub distinct: bool,
    /// `IGNORE NULLS` of `first`, `last`, `any_value`.
    pub ignore_nulls: bool,
    /// `FILTER (WHERE ...)`.
    pub filter: Option<Typed>,
    /// The type of the result.
    pub data_type: DataType,
    /// Whether the result may be null.
    pub nullable: bool,
}
