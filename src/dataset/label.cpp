#include "dataset/label.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace osler::dataset {
namespace {

// A column of the table and the field that it fills.
struct Target {
  std::size_t column;
  std::string name;
};

struct Columns {
  std::size_t key = 0;
  std::vector<Target> labels;
  std::vector<Target> attributes;
  std::optional<std::size_t> patient;
};

Result<std::vector<Target>> targets(const CsvTable& table, const std::vector<std::string>& names) {
  std::vector<Target> found;
  for (const auto& name : names) {
    OSLER_TRY(const std::size_t column, table.require(name));
    found.push_back({column, name});
  }
  return found;
}

Result<Columns> find_columns(const CsvTable& table, const LabelOptions& options) {
  Columns columns;
  OSLER_TRY(columns.key, table.require(options.key_column));
  OSLER_TRY(columns.labels, targets(table, options.labels));
  OSLER_TRY(columns.attributes, targets(table, options.attributes));
  if (!options.patient_column.empty()) {
    OSLER_TRY(columns.patient, table.require(options.patient_column));
  }
  return columns;
}

std::string fact_of(const Item& item, const std::string& match) {
  if (match == "id") {
    return item.id;
  }
  const auto found = item.attributes.find(match);
  return found == item.attributes.end() ? std::string() : found->second;
}

class Joiner {
 public:
  Joiner(Manifest& manifest, const CsvTable& table, const Columns& columns,
         const std::string& match)
      : manifest_(manifest),
        table_(table),
        columns_(columns),
        labelled_by_(manifest.items.size(), kNone) {
    for (std::size_t i = 0; i < manifest.items.size(); ++i) {
      if (std::string fact = fact_of(manifest.items[i], match); !fact.empty()) {
        items_[std::move(fact)].push_back(i);
      }
    }
  }

  // Whether an item is meant. DataCorrupt: another row said something else of it.
  Result<bool> row(std::size_t row, const std::string& key) {
    const auto found = items_.find(key);
    if (found == items_.end()) {
      return false;
    }
    for (const std::size_t index : found->second) {
      OSLER_TRY_DO(label(index, row));
    }
    return true;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  Result<void> label(std::size_t index, std::size_t row) {
    Item& item = manifest_.items[index];
    const std::size_t before = std::exchange(labelled_by_[index], row);
    for (const auto& [column, name] : columns_.labels) {
      const std::string value(trim(table_.at(row, column)));
      if (before != kNone && trim(table_.at(before, column)) != value) {
        return Error(ErrorCode::DataCorrupt,
                     "two rows speak of the same item and differ in \"" + name + "\"")
            .at(table_.place(before) + " and " + table_.place(row))
            .hint("keep one of the two rows");
      }
      set(item.labels, name, value);
    }
    for (const auto& [column, name] : columns_.attributes) {
      set(item.attributes, name, std::string(trim(table_.at(row, column))));
    }
    if (columns_.patient) {
      item.patient = std::string(trim(table_.at(row, *columns_.patient)));
    }
    return {};
  }

  // An empty field says nothing, and leaves what the item has.
  static void set(Fields& fields, const std::string& name, std::string value) {
    if (!value.empty()) {
      fields[name] = std::move(value);
    }
  }

  Manifest& manifest_;
  const CsvTable& table_;
  const Columns& columns_;
  std::vector<std::size_t> labelled_by_;  // the row that spoke of each item
  std::unordered_map<std::string, std::vector<std::size_t>> items_;
};

void count_labelled(const Manifest& manifest, const LabelOptions& options, LabelReport& report) {
  for (const auto& item : manifest.items) {
    const bool all = std::ranges::all_of(
        options.labels, [&](const std::string& label) { return item.labels.contains(label); });
    ++(all ? report.labelled : report.unlabelled);
  }
}

}  // namespace

Result<LabelReport> join_labels(Manifest& manifest, const CsvTable& table,
                                const LabelOptions& options) {
  OSLER_TRY(const Columns columns, find_columns(table, options));
  Manifest result = manifest;
  LabelReport report{.rows = table.rows(), .unknown = {}};
  Joiner joiner(result, table, columns, options.match);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::string key(trim(table.at(row, columns.key)));
    if (options.translate && !key.empty()) {
      key = options.translate(key);
    }
    OSLER_TRY(const bool known, joiner.row(row, key));
    if (known) {
      ++report.matched;
    } else {
      report.unknown.push_back(table.place(row));
    }
  }
  if (report.matched == 0) {
    return Error(ErrorCode::NotFound, "none of its " + std::to_string(table.rows()) +
                                          " rows speaks of an item of the data set")
        .at(table.name())
        .hint("is \"" + options.key_column + "\" the column that names the " + options.match + "?");
  }
  count_labelled(result, options, report);
  manifest = std::move(result);
  return report;
}

}  // namespace osler::dataset
