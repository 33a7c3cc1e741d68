#include "dataset/label.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"

namespace osler::dataset {
namespace {

// The columns that are used, by number.
struct Columns {
  std::size_t key = 0;
  std::vector<std::pair<std::string, std::size_t>> labels;
  std::vector<std::pair<std::string, std::size_t>> attributes;
  std::optional<std::size_t> patient;
};

Result<Columns> find_columns(const CsvTable& table, const LabelOptions& options) {
  Columns columns;
  OSLER_TRY(columns.key, table.require(options.key_column));
  for (const auto& name : options.labels) {
    OSLER_TRY(const std::size_t column, table.require(name));
    columns.labels.emplace_back(name, column);
  }
  for (const auto& name : options.attributes) {
    OSLER_TRY(const std::size_t column, table.require(name));
    columns.attributes.emplace_back(name, column);
  }
  if (!options.patient_column.empty()) {
    OSLER_TRY(columns.patient, table.require(options.patient_column));
  }
  return columns;
}

std::string key_of(const Item& item, const std::string& match) {
  if (match == "id") {
    return item.id;
  }
  const auto found = item.attributes.find(match);
  return found == item.attributes.end() ? "" : found->second;
}

// Which items a key speaks of.
std::multimap<std::string, std::size_t> index(const Manifest& manifest, const std::string& match) {
  std::multimap<std::string, std::size_t> items;
  for (std::size_t i = 0; i < manifest.items.size(); ++i) {
    if (auto key = key_of(manifest.items[i], match); !key.empty()) {
      items.emplace(std::move(key), i);
    }
  }
  return items;
}

Error two_answers(const CsvTable& table, std::size_t first, std::size_t second,
                  const std::string& label) {
  return Error(ErrorCode::DataCorrupt,
               "two rows give the same film different values of \"" + label + "\"")
      .at(table.place(first) + " and " + table.place(second))
      .hint("keep one of the rows");
}

// Writes one row's values into an item; `row_of` remembers which row labelled it.
Result<void> apply(Item& item, const CsvTable& table, std::size_t row, const Columns& columns,
                   std::optional<std::size_t>& row_of) {
  for (const auto& [name, column] : columns.labels) {
    const std::string value(trim(table.at(row, column)));
    if (value.empty()) {
      continue;
    }
    const auto [known, fresh] = item.labels.emplace(name, value);
    if (!fresh && known->second != value) {
      return two_answers(table, row_of.value_or(row), row, name);
    }
  }
  row_of = row_of.value_or(row);
  for (const auto& [name, column] : columns.attributes) {
    if (const std::string value(trim(table.at(row, column))); !value.empty()) {
      item.attributes[name] = value;
    }
  }
  if (columns.patient) {
    item.patient = std::string(trim(table.at(row, *columns.patient)));
  }
  return {};
}

}  // namespace

Result<LabelReport> join_labels(Manifest& manifest, const CsvTable& table,
                                const LabelOptions& options) {
  OSLER_TRY(const Columns columns, find_columns(table, options));
  const auto items = index(manifest, options.match);
  std::vector<std::optional<std::size_t>> row_of(manifest.items.size());
  LabelReport report;
  report.rows = table.rows();
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string written(trim(table.at(row, columns.key)));
    const std::string key = options.translate ? options.translate(written) : written;
    const auto [first, last] = items.equal_range(key);
    if (first == last) {
      report.unknown.push_back(table.place(row));
      continue;
    }
    ++report.matched;
    for (auto found = first; found != last; ++found) {
      OSLER_TRY_DO(
          apply(manifest.items[found->second], table, row, columns, row_of[found->second]));
    }
  }
  if (report.matched == 0) {
    return Error(ErrorCode::NotFound, "no row of " + table.name() + " speaks of any film")
        .at(table.name() + ", column " + options.key_column)
        .hint("check that the column holds what the films are called by: " + options.match);
  }
  for (const auto& item : manifest.items) {
    const bool complete = std::ranges::all_of(
        options.labels, [&](const std::string& name) { return item.labels.contains(name); });
    ++(complete ? report.labelled : report.unlabelled);
  }
  return report;
}

}  // namespace osler::dataset
