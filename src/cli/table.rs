//! Tables for the terminal: columns by their width, no lines, no colours. What reads a pipe gets the same.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

/// The first row has the names of the columns. A column whose other cells all begin with a digit is aligned to the right.
pub fn table(rows: Vec<Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(NOTHING);
    let columns = rows.first().map_or(0, Vec::len);
    let is_number = |cell: &String| cell.is_empty() || cell.starts_with(|first: char| first.is_ascii_digit());
    let is_numeric = |column: usize| rows.iter().skip(1).filter_map(|row| row.get(column)).all(is_number);
    let numeric: Vec<_> = (0..columns).filter(|column| is_numeric(*column)).collect();
    table.add_rows(rows);
    if let Some(first) = table.column_mut(0) {
        first.set_padding((0, 1));
    }
    for column in numeric {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let lines = table.to_string();
    let lines: Vec<_> = lines.lines().map(str::trim_end).collect();
    lines.join("\n")
}
