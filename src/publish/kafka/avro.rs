//! Owns values in Avro's binary form: a record's JSON, written field by field as its schema says.

use apache_avro::Schema;
use apache_avro::schema::{NamesRef, ResolvedSchema};
use apache_avro::types::Value as Avro;
use apache_avro::writer::datum::GenericDatumWriter;
use jiff::Timestamp;
use serde_json::Value;

/// Why a record has no Avro form: the place in it, and what is wrong there.
#[derive(Debug, thiserror::Error)]
pub(super) enum AvroError {
    #[error("the value is not JSON")]
    Json(#[from] serde_json::Error),
    #[error("{path} does not fit its Avro schema")]
    Misfit { path: String },
    #[error("write Avro")]
    Avro(#[from] apache_avro::Error),
}

/// Returns the record in binary form, without a header: who reads it needs the schema.
pub(super) fn encode(schema: &Schema, json: &[u8]) -> Result<Vec<u8>, AvroError> {
    let json: Value = serde_json::from_slice(json)?;
    let resolved = ResolvedSchema::new(schema)?;
    let avro = Writing { names: resolved.get_names() }.value("record", schema, &json)?;
    let writer = GenericDatumWriter::builder(schema).resolved_schemata(resolved).validate(false).build()?;
    Ok(writer.write_value_to_vec(avro)?)
}

struct Writing<'a> {
    names: &'a NamesRef<'a>,
}

impl Writing<'_> {
    fn value(&self, path: &str, schema: &Schema, json: &Value) -> Result<Avro, AvroError> {
        let misfit = || AvroError::Misfit { path: path.to_owned() };
        Ok(match (schema, json) {
            (Schema::Ref { name }, json) => self.value(path, self.names.get(name).ok_or_else(misfit)?, json)?,
            // Unions here are of null and one other.
            (Schema::Union(_), Value::Null) => Avro::Union(0, Box::new(Avro::Null)),
            (Schema::Union(union), json) => {
                let [_, other] = union.variants() else { return Err(misfit()) };
                Avro::Union(1, Box::new(self.value(path, other, json)?))
            }
            (Schema::Record(record), Value::Object(object)) => {
                let mut fields = Vec::with_capacity(record.fields.len());
                for field in &record.fields {
                    let path = format!("{path}.{}", field.name);
                    let json = object.get(&field.name).or(field.default.as_ref());
                    let json = json.ok_or_else(|| AvroError::Misfit { path: path.clone() })?;
                    fields.push((field.name.clone(), self.value(&path, &field.schema, json)?));
                }
                Avro::Record(fields)
            }
            (Schema::Array(array), Value::Array(items)) => {
                let items = items.iter().map(|item| self.value(path, &array.items, item));
                Avro::Array(items.collect::<Result<_, _>>()?)
            }
            (Schema::String, Value::String(text)) => Avro::String(text.clone()),
            (Schema::Boolean, Value::Bool(claim)) => Avro::Boolean(*claim),
            (Schema::Long, json) => Avro::Long(json.as_i64().ok_or_else(misfit)?),
            (Schema::Double, json) => Avro::Double(json.as_f64().ok_or_else(misfit)?),
            (Schema::TimestampMillis, Value::String(text)) => {
                let at: Timestamp = text.parse().map_err(|_| misfit())?;
                Avro::TimestampMillis(at.as_millisecond())
            }
            _ => return Err(misfit()),
        })
    }
}
