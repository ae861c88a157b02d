//! How a table looks: aligned text, and rows of HTML; the first and last of many.

use pyo3::prelude::*;
use pyo3::types::PyFloat;

use super::{Table, cells};

/// More rows than this are not shown.
const MOST: usize = 20;
/// Longer texts are cut.
const WIDEST: usize = 32;

struct Shown {
    heads: Vec<(String, bool)>,
    rows: Vec<Vec<String>>,
    left_out: usize,
}

fn shown(py: Python<'_>, table: &Table) -> PyResult<Shown> {
    let heads = table.schema.fields().iter();
    let heads = heads.map(|field| (field.name().clone(), is_figure(field.data_type()))).collect();
    let count = table.rows();
    let (first, last) = if count > MOST { (MOST / 2, count - MOST / 2) } else { (count, count) };
    let (mut rows, mut at) = (Vec::new(), 0);
    for batch in &table.batches {
        for row in 0..batch.num_rows() {
            if at < first || at >= last {
                let texts =
                    batch.columns().iter().map(|column| text_of(&cells::object(py, column, row)?));
                rows.push(texts.collect::<PyResult<Vec<String>>>()?);
            }
            at += 1;
        }
    }
    Ok(Shown { heads, rows, left_out: last - first })
}

fn is_figure(of: &arrow_schema::DataType) -> bool {
    of.is_numeric()
}

fn text_of(object: &Bound<'_, PyAny>) -> PyResult<String> {
    if object.is_none() {
        return Ok("·".to_owned());
    }
    // A figure of statistics is shown by its first digits; the table keeps all.
    let text = match object.is_instance_of::<PyFloat>() {
        true => object.call_method1("__format__", (".6g",))?.to_string(),
        false => object.str()?.to_string().replace('\n', " "),
    };
    if text.chars().count() <= WIDEST {
        return Ok(text);
    }
    Ok(text.chars().take(WIDEST - 1).chain(['…']).collect())
}

/// Aligned, figures to the right.
pub(super) fn text(py: Python<'_>, table: &Table) -> PyResult<String> {
    let Shown { heads, rows, left_out } = shown(py, table)?;
    let width = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.chars().count());
        cells.chain(heads.get(at).map(|(name, _)| name.chars().count())).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| -> String {
        let cells =
            cells.zip(&heads).zip(&widths).map(|((cell, (_, figure)), width)| match figure {
                true => format!("{cell:>width$}"),
                false => format!("{cell:<width$}"),
            });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut heads.iter().map(|(name, _)| name.as_str()))];
    lines.push(widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  "));
    for (at, row) in rows.iter().enumerate() {
        if left_out > 0 && at == MOST / 2 {
            lines.push(format!("… {left_out} rows more"));
        }
        lines.push(line(&mut row.iter().map(String::as_str)));
    }
    lines.push(format!("({} rows)", table.rows()));
    Ok(lines.join("\n"))
}

pub(super) fn html(py: Python<'_>, table: &Table) -> PyResult<String> {
    let Shown { heads, rows, left_out } = shown(py, table)?;
    let cell = |tag: &str, text: &str, figure: bool| {
        let align = if figure { "right" } else { "left" };
        format!("<{tag} style=\"text-align:{align}\">{}</{tag}>", escaped(text))
    };
    let head: String = heads.iter().map(|(name, figure)| cell("th", name, *figure)).collect();
    let mut body = String::new();
    for (at, row) in rows.iter().enumerate() {
        if left_out > 0 && at == MOST / 2 {
            body.push_str(&format!(
                "<tr><td colspan=\"{}\">… {left_out} rows more</td></tr>",
                heads.len()
            ));
        }
        let cells = row.iter().zip(&heads).map(|(text, (_, figure))| cell("td", text, *figure));
        body.push_str(&format!("<tr>{}</tr>", cells.collect::<String>()));
    }
    Ok(format!(
        "<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table><p>{} rows</p>",
        table.rows()
    ))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
