//! What `spark.sql` does with a text: a query becomes a frame; commands run at once and give what they have to show.

use super::metastore;
use super::metastore::TableEntry;
use super::names::Names;
use super::names::schema_of;
use super::session::Session;
use super::table_write::TableWrite;
use super::table_write::already_exists;
use crate::connector::SaveMode;
use crate::connector::delta;
use crate::diag::Class;
use crate::diag::Diagnostic;
use crate::diag::Result;
use crate::expr::Expr;
use crate::plan::Catalog as _;
use crate::plan::Frame;
use crate::plan::sql;
use crate::plan::sql::not_found;
use crate::sql::parse_statement;
use crate::sql::tree::CreateTable;
use crate::sql::tree::Insert;
use crate::sql::tree::Origin;
use crate::sql::tree::Query;
use crate::sql::tree::Statement;
use crate::types::DataType;
use crate::types::Field;
use crate::types::Schema;
use crate::types::Value;
use crate::types::arrow::array_of;
use crate::world::World;

impl Session {
    /// What names mean in this world: pass it to `plan::sql`.
    #[must_use]
    pub fn names<'a>(&'a self, world: &'a dyn World) -> Names<'a> {
        Names { catalog: self.catalog(), world, analyzer: self.analyzer(), packages: self.packages(), zone: self.conf().zone() }
    }

    /// `spark.sql(text)`.
    ///
    /// # Errors
    /// Syntax, names and types; whatever a command refuses.
    pub fn sql(&mut self, world: &mut dyn World, text: &str) -> Result<Frame> {
        match parse_statement(text)? {
            Statement::Query(query) => self.relation(world, &query),
            Statement::CreateView { name, replace, query } => {
                let frame = self.relation(world, &query)?;
                self.create_view(&name, replace, frame)?;
                Ok(self.nothing())
            }
            Statement::CreateTable(table) => self.create(world, *table).map(|()| self.nothing()),
            Statement::Drop { name, if_exists, table } => self.drop(world, &name, if_exists, table).map(|()| self.nothing()),
            Statement::Set(key, value) => Ok(self.set(&key, value)),
            Statement::ShowTables => Ok(self.show_tables(world)),
            Statement::Describe(name, origin) => self.describe(world, &name, origin),
            Statement::History(name, origin) => self.history(world, &name, origin),
            Statement::Update(name, origin) => Err(self.no_update(world, &name, origin)?),
            Statement::Insert(insert) => self.insert(world, &insert).map(|()| self.nothing()),
        }
    }

    /// The commits of a Delta table as a frame, newest first.
    ///
    /// # Errors
    /// A path that holds no table.
    pub fn delta_history(&mut self, world: &dyn World, path: &str, at_most: Option<usize>) -> Result<Frame> {
        let entries = delta::history(world, path, at_most)?;
        let text = |it: &Option<String>| it.clone().map_or(Value::Null, Value::String);
        let map = |pairs: &[(String, String)]| {
            Value::Map(pairs.iter().map(|(key, value)| (Value::String(key.clone()), Value::String(value.clone()))).collect())
        };
        let texts = || DataType::Map(Box::new(DataType::String), Box::new(DataType::String), true);
        let fields = [
            ("version", DataType::Long),
            ("timestamp", DataType::Timestamp),
            ("userId", DataType::String),
            ("userName", DataType::String),
            ("operation", DataType::String),
            ("operationParameters", texts()),
            ("readVersion", DataType::Long),
            ("isolationLevel", DataType::String),
            ("isBlindAppend", DataType::Boolean),
            ("operationMetrics", texts()),
            ("userMetadata", DataType::String),
            ("engineInfo", DataType::String),
        ];
        let rows = entries.iter().map(|entry| {
            vec![
                Value::Long(i64::try_from(entry.version).unwrap_or(i64::MAX)),
                Value::Timestamp(entry.at_ms.saturating_mul(1000)),
                Value::Null,
                Value::Null,
                Value::String(entry.operation.clone()),
                map(&entry.parameters),
                entry.read_version.map_or(Value::Null, Value::Long),
                text(&entry.isolation_level),
                entry.is_blind_append.map_or(Value::Null, Value::Boolean),
                map(&entry.metrics),
                text(&entry.user_metadata),
                text(&entry.engine),
            ]
        });
        Ok(self.shown(&fields, rows.collect()))
    }

    fn relation(&self, world: &dyn World, query: &Query) -> Result<Frame> {
        sql::query_tree(query, &self.names(world), self.analyzer())
    }

    fn create_view(&mut self, name: &[String], replace: bool, frame: Frame) -> Result<()> {
        let name = name.last().cloned().unwrap_or_default();
        if !replace && self.catalog().has_view(&name) {
            let text = format!(
                "Cannot create the temporary view `{name}` because it already exists.\nChoose a different name, drop or replace the existing view,  or add the IF NOT EXISTS clause to tolerate pre-existing views."
            );
            let class = Class::Named("TempTableAlreadyExistsException".to_owned());
            return Err(Diagnostic::new(class, "TEMP_TABLE_OR_VIEW_ALREADY_EXISTS", text, "42P07"));
        }
        self.catalog_mut().put_view(&name, frame);
        Ok(())
    }

    fn create(&mut self, world: &mut dyn World, table: CreateTable) -> Result<()> {
        if let Some(found) = metastore::find(world.disk(), &table.name) {
            if table.if_not_exists {
                return Ok(());
            }
            if !table.replace {
                return Err(already_exists(&found.name));
            }
        }
        let mut options = table.options;
        options.extend(table.location.map(|path| ("path".to_owned(), path)));
        let mode = if table.replace { SaveMode::Overwrite } else { SaveMode::ErrorIfExists };
        let write = TableWrite { name: table.name, mode, format: table.format, options, partition_by: table.partition_by };
        match table.query {
            Some(query) => {
                let frame = self.relation(world, &query)?;
                self.save_as_table(world, &frame, &write)
            }
            None => {
                if let Some(found) = metastore::find(world.disk(), &write.name) {
                    metastore::remove(world.disk_mut(), &found);
                }
                self.create_table(world, &write, &Schema::new(table.columns)).map(drop)
            }
        }
    }

    fn drop(&mut self, world: &mut dyn World, name: &[String], if_exists: bool, table: bool) -> Result<()> {
        if let [single] = name
            && self.catalog_mut().drop_view(single)
        {
            return Ok(());
        }
        match metastore::find(world.disk(), name) {
            Some(entry) if table => {
                metastore::remove(world.disk_mut(), &entry);
                Ok(())
            }
            Some(entry) => Err(no_view(&entry)),
            None if if_exists => Ok(()),
            None => {
                let last = name.last().cloned().unwrap_or_default();
                let whole = ["spark_catalog", "default", &last].map(str::to_owned);
                let mut error = not_found(&whole, None);
                error.message = error
                    .message
                    .replace("[`system`.`builtin`, `system`.`session`, `spark_catalog`.`default`]", "[`spark_catalog`.`default`]");
                Err(error)
            }
        }
    }

    fn set(&mut self, key: &str, value: Option<String>) -> Frame {
        if let Some(value) = &value {
            self.set_conf(key, value.clone());
        }
        let value = value.or_else(|| self.conf().get(key).map(str::to_owned)).unwrap_or_else(|| "<undefined>".to_owned());
        let row = vec![Value::String(key.to_owned()), Value::String(value)];
        self.shown(&[("key", DataType::String), ("value", DataType::String)], vec![row])
    }

    fn show_tables(&self, world: &dyn World) -> Frame {
        let row = |namespace: &str, name: String, temporary: bool| {
            vec![Value::String(namespace.to_owned()), Value::String(name), Value::Boolean(temporary)]
        };
        let mut rows: Vec<Vec<Value>> = metastore::all(world.disk()).into_iter().map(|table| row("default", table.name, false)).collect();
        rows.extend(self.catalog().views().into_iter().map(|name| row("", name, true)));
        self.shown(&[("namespace", DataType::String), ("tableName", DataType::String), ("isTemporary", DataType::Boolean)], rows)
    }

    fn describe(&self, world: &dyn World, name: &[String], origin: Origin) -> Result<Frame> {
        let text = |text: &str| Value::String(text.to_owned());
        let line = |field: &Field| vec![text(&field.name), Value::String(field.data_type.simple_string()), Value::Null];
        let names = self.names(world);
        let Some(frame) = names.relation(name)? else { return Err(not_found(name, Some(origin))) };
        let schema = frame.schema();
        let mut rows: Vec<Vec<Value>> = schema.fields.iter().map(line).collect();
        let is_view = matches!(name, [single] if self.catalog().has_view(single));
        let entry = metastore::find(world.disk(), name).filter(|_| !is_view);
        let partitions: Vec<&Field> = entry.iter().flat_map(|entry| &entry.partition_by).filter_map(|name| field(&schema, name)).collect();
        if !partitions.is_empty() {
            rows.push(vec![text("# Partition Information"), text(""), text("")]);
            rows.push(vec![text("# col_name"), text("data_type"), text("comment")]);
            rows.extend(partitions.into_iter().map(line));
        }
        Ok(self.shown(&[("col_name", DataType::String), ("data_type", DataType::String), ("comment", DataType::String)], rows))
    }

    /// Why a relation takes no `UPDATE`.
    fn no_update(&self, world: &dyn World, name: &[String], origin: Origin) -> Result<Box<Diagnostic>> {
        if self.names(world).relation(name)?.is_none() {
            return Err(not_found(name, Some(origin)));
        }
        if !matches!(name, [single] if self.catalog().has_view(single)) {
            return Err(super::lower::unsupported("the statement UPDATE"));
        }
        let text = "The feature is not supported: Table `unknown` does not support UPDATE TABLE. Please check the current catalog and \
                    namespace to make sure the qualified table name is expected, and also check the catalog implementation which is \
                    configured by \"spark.sql.catalog\".";
        Ok(Diagnostic::analysis("UNSUPPORTED_FEATURE.TABLE_OPERATION", text, "0A000"))
    }

    fn history(&mut self, world: &dyn World, name: &[String], origin: Origin) -> Result<Frame> {
        let path = match name {
            [format, path] if format.eq_ignore_ascii_case("delta") => path.clone(),
            _ => metastore::find(world.disk(), name).ok_or_else(|| not_found(name, Some(origin)))?.location,
        };
        self.delta_history(world, &path, None)
    }

    fn insert(&mut self, world: &mut dyn World, insert: &Insert) -> Result<()> {
        let Some(table) = metastore::find(world.disk(), &insert.name) else { return Err(not_found(&insert.name, Some(insert.origin))) };
        let mut frame = self.relation(world, &insert.query)?;
        for (column, value) in &insert.partition {
            frame = frame.with_columns(vec![(column.clone(), crate::expr::from_sql(value)?)])?;
        }
        if !insert.columns.is_empty() {
            let frame_names = frame.to_df(&insert.columns)?;
            let schema = schema_of(world, &table)?;
            let named = |name: &str| insert.columns.iter().find(|own| own.eq_ignore_ascii_case(name));
            let column = |field: &Field| match named(&field.name) {
                Some(name) => Expr::name(name),
                None => Expr::Alias(Box::new(Expr::Literal(Value::Null, field.data_type.clone())), vec![field.name.clone()]),
            };
            frame = frame_names.select(schema.fields.iter().map(column).collect())?;
        }
        self.insert_into(world, &frame, &insert.name, Some(insert.origin), insert.overwrite)
    }

    /// A frame without rows and columns: what commands give.
    fn nothing(&self) -> Frame {
        Frame::local(&Schema::default(), Vec::new(), 0, self.analyzer())
    }

    fn shown(&self, fields: &[(&str, DataType)], rows: Vec<Vec<Value>>) -> Frame {
        let schema = Schema::new(fields.iter().map(|(name, data_type)| Field::new(*name, data_type.clone())).collect());
        let column = |place: usize| {
            let values: Vec<Value> = rows.iter().map(|row| row[place].clone()).collect();
            array_of(&fields[place].1, &values)
        };
        let arrays = (0..fields.len()).map(column).collect();
        Frame::local(&schema, arrays, rows.len(), self.analyzer())
    }
}

fn field<'a>(schema: &'a Schema, name: &str) -> Option<&'a Field> {
    schema.fields.iter().find(|field| field.name.eq_ignore_ascii_case(name))
}

fn no_view(entry: &TableEntry) -> Box<Diagnostic> {
    let kind = if entry.managed { "MANAGED" } else { "EXTERNAL" };
    let text =
        format!("The operation DROP VIEW requires a VIEW or METRIC_VIEW. But {} is a {kind}. Use DROP TABLE instead.", entry.identifier());
    Diagnostic::analysis("WRONG_COMMAND_FOR_OBJECT_TYPE", text, "42809")
}
