// The names of PySpark that completion offers, each with what it is.

const words = (type, text, detail) => text.trim().split(/\s+/).map((label) => ({ label, type, detail }));

/** After a dot: methods of DataFrames, readers, writers, queries and columns. */
export const methods = [
  ...words('method', `select selectExpr where filter withColumn withColumns withColumnRenamed drop dropDuplicates
    dropDuplicatesWithinWatermark distinct groupBy agg count sum avg min max join union unionByName orderBy sort limit
    withWatermark alias explain printSchema show collect isStreaming schema columns createOrReplaceTempView`, 'DataFrame'),
  ...words('method', `readStream read sql table streams conf createDataFrame range`, 'spark'),
  ...words('method', `format option options schema load csv json text parquet table`, 'reader'),
  ...words('method', `writeStream outputMode trigger queryName partitionBy foreach foreachBatch start toTable`, 'writer'),
  ...words('method', `awaitTermination processAllAvailable stop lastProgress recentProgress status isActive exception id runId name`, 'query'),
  ...words('method', `cast isNull isNotNull between isin like rlike startswith endswith contains getField getItem asc desc over
    when otherwise substr`, 'Column'),
];

/** Anywhere: functions and types that programs import. */
export const names = [
  ...words('function', `col lit expr window session_window window_time count sum avg min max first last
    approx_count_distinct count_distinct collect_list collect_set stddev variance from_json to_json from_csv to_csv
    schema_of_json to_timestamp to_date current_timestamp current_date date_format date_trunc unix_timestamp
    from_unixtime year month dayofmonth hour minute second split explode explode_outer posexplode struct array
    create_map concat concat_ws upper lower trim length substring regexp_extract regexp_replace when coalesce round
    floor ceil abs greatest least hash md5 sha2 broadcast udf`, 'pyspark.sql.functions'),
  ...words('class', `StructType StructField StringType IntegerType LongType DoubleType FloatType BooleanType
    TimestampType DateType ArrayType MapType DecimalType`, 'pyspark.sql.types'),
  ...words('variable', 'spark', 'SparkSession'),
  ...words('class', 'SparkSession StreamingQueryListener', 'pyspark.sql'),
];

/** Inside an option's quotes or after `trigger(`. */
export const strings = words('text', `append update complete socket rate rate-micro-batch kafka csv json text parquet memory console
  noop checkpointLocation maxFilesPerTrigger maxBytesPerTrigger rowsPerSecond host port includeTimestamp subscribe
  startingOffsets failOnDataLoss header path truncate numRows kafka.bootstrap.servers`);

/** Keyword arguments of `trigger`. */
export const triggers = words('keyword', 'processingTime= availableNow= once= continuous=', 'trigger');
