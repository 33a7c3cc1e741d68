#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace osler {

// A table read from CSV (RFC 4180: quotes, doubled quotes, CRLF, a byte order mark, a last line
// without an end). Every row has as many fields as the head.
class CsvTable {
 public:
  // `name` stands in the errors' place: "labels.csv line 12".
  // DataCorrupt: no head line, a repeated or empty column name, a row with another number of
  // fields, an unclosed quote.
  [[nodiscard]] static Result<CsvTable> parse(std::string_view text, std::string name);

  [[nodiscard]] const std::vector<std::string>& columns() const { return columns_; }
  [[nodiscard]] std::size_t rows() const { return lines_.size(); }
  [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
  // InvalidArgument: no such column; the message names the nearest one and the error lists them
  // all.
  [[nodiscard]] Result<std::size_t> require(std::string_view name) const;
  [[nodiscard]] const std::string& at(std::size_t row, std::size_t column) const {
    return fields_[row * columns_.size() + column];
  }
  // "labels.csv line 12": where a row begins, for errors.
  [[nodiscard]] std::string place(std::size_t row) const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
  std::vector<std::string> columns_;
  std::vector<std::string> fields_;
  std::vector<std::size_t> lines_;
};

// One line of CSV with its end, quoted where it must be. A field that a spreadsheet would run as a
// formula (= + - @ at its start, unless it is a number) gets a leading apostrophe.
[[nodiscard]] std::string csv_line(std::span<const std::string> fields);

}  // namespace osler
