#include "base/csv.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/text.h"

namespace osler {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Walks the text one record at a time.
class Reader {
 public:
  Reader(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.starts_with(kByteOrderMark)) {
      text_.remove_prefix(kByteOrderMark.size());
    }
  }

  [[nodiscard]] bool at_end() const { return position_ >= text_.size(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  Result<void> record(std::vector<std::string>& fields) {
    const std::size_t first_line = line_;
    while (true) {
      OSLER_TRY_DO(field(fields, first_line));
      if (at_end()) {
        return {};
      }
      const char next = text_[position_];
      if (next == ',') {
        ++position_;
        continue;
      }
      end_line();
      return {};
    }
  }

 private:
  Result<void> field(std::vector<std::string>& fields, std::size_t first_line) {
    if (!at_end() && text_[position_] == '"') {
      return quoted(fields, first_line);
    }
    const std::size_t end = std::min(text_.find_first_of(",\r\n", position_), text_.size());
    fields.emplace_back(text_.substr(position_, end - position_));
    position_ = end;
    return {};
  }

  Result<void> quoted(std::vector<std::string>& fields, std::size_t first_line) {
    std::string value;
    ++position_;
    while (!at_end()) {
      const char letter = text_[position_++];
      if (letter == '"' && !at_end() && text_[position_] == '"') {
        value += '"';
        ++position_;
        continue;
      }
      if (letter == '"') {
        return after_quote(fields, std::move(value));
      }
      line_ += letter == '\n' ? 1 : 0;
      value += letter;
    }
    return Error(ErrorCode::DataCorrupt, "a quote that is opened here is never closed")
        .at(name_ + " line " + std::to_string(first_line))
        .hint("close it, or write a quote inside a quoted field twice");
  }

  Result<void> after_quote(std::vector<std::string>& fields, std::string value) {
    if (!at_end() && std::string_view(",\r\n").find(text_[position_]) == std::string_view::npos) {
      return Error(ErrorCode::DataCorrupt, "text follows a closing quote")
          .at(name_ + " line " + std::to_string(line_))
          .hint("write a quote inside a quoted field twice");
    }
    fields.push_back(std::move(value));
    return {};
  }

  void end_line() {
    if (text_[position_] == '\r') {
      ++position_;
    }
    if (!at_end() && text_[position_] == '\n') {
      ++position_;
    }
    ++line_;
  }

  std::string_view text_;
  const std::string& name_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
};

Result<void> check_columns(const std::vector<std::string>& columns, const std::string& name) {
  std::set<std::string> seen;
  for (const auto& column : columns) {
    if (column.empty()) {
      return Error(ErrorCode::DataCorrupt, "a column has no name")
          .at(name + " line 1")
          .hint("name each column in the first line");
    }
    if (!seen.insert(column).second) {
      return Error(ErrorCode::DataCorrupt, "two columns are called \"" + column + "\"")
          .at(name + " line 1")
          .hint("give each column a name of its own");
    }
  }
  return {};
}

// How many bytes the UTF-8 character at the start of `text` has (RFC 3629, section 4); 0: it is
// none.
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  if (lead < 0xC2 || lead > 0xF4) {
    return 0;
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  const unsigned second = byte(1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool no_character = (lead == 0xED && second >= 0xA0) || (lead == 0xF4 && second >= 0x90);
  return overlong || no_character ? 0 : length;
}

// The first line that is not the text of a table: not UTF-8, or with a byte that no text has.
std::optional<std::size_t> first_bad_line(std::string_view text) {
  std::size_t line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = text[i] == '\0' ? 0 : utf8_length(text.substr(i));
    if (length == 0) {
      return line;
    }
    line += text[i] == '\n' ? 1U : 0U;
    i += length;
  }
  return std::nullopt;
}

bool runs_as_formula(const std::string& field) {
  return !field.empty() &&
         std::string_view("=+-@\t\r").find(field.front()) != std::string_view::npos &&
         !parse_number(field);
}

}  // namespace

Result<CsvTable> CsvTable::parse(std::string_view text, std::string name) {
  CsvTable table;
  table.name_ = std::move(name);
  Reader reader(text, table.name_);
  if (reader.at_end()) {
    return Error(ErrorCode::DataCorrupt, "the file is empty; its first line names the columns")
        .at(table.name_)
        .hint("write the columns' names in the first line");
  }
  if (const auto line = first_bad_line(text)) {
    return Error(ErrorCode::DataCorrupt, "this is not text in UTF-8")
        .at(table.name_ + " line " + std::to_string(*line))
        .hint("save the table as CSV in UTF-8");
  }
  OSLER_TRY_DO(reader.record(table.columns_));
  for (auto& column : table.columns_) {
    column = std::string(trim(column));
  }
  OSLER_TRY_DO(check_columns(table.columns_, table.name_));
  while (!reader.at_end()) {
    const std::size_t line = reader.line();
    const std::size_t before = table.fields_.size();
    OSLER_TRY_DO(reader.record(table.fields_));
    const std::size_t count = table.fields_.size() - before;
    if (count == 1 && table.fields_.back().empty()) {
      table.fields_.pop_back();  // an empty line
      continue;
    }
    if (count != table.columns_.size()) {
      return Error(ErrorCode::DataCorrupt, "this line has " + std::to_string(count) +
                                               " fields, the first line names " +
                                               std::to_string(table.columns_.size()))
          .at(table.name_ + " line " + std::to_string(line))
          .hint("part the fields by commas, and quote a field that holds one");
    }
    table.lines_.push_back(line);
  }
  return table;
}

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
  const auto found = std::ranges::find(columns_, name);
  if (found == columns_.end()) {
    return std::nullopt;
  }
  return static_cast<std::size_t>(found - columns_.begin());
}

Result<std::size_t> CsvTable::require(std::string_view name) const {
  if (const auto found = column(name)) {
    return *found;
  }
  const auto near = nearest(name, columns_);
  return Error(ErrorCode::InvalidArgument, name_ + " has no column \"" + std::string(name) + "\"")
      .at(name_ + " line 1: it has " + join(columns_, ", "))
      .hint(near ? "write " + *near + ", or add the column" : "add the column");
}

std::string CsvTable::place(std::size_t row) const {
  return name_ + " line " + std::to_string(lines_[row]);
}

std::string csv_line(std::span<const std::string> fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const std::string field = runs_as_formula(fields[i]) ? "'" + fields[i] : fields[i];
    line += i == 0 ? "" : ",";
    if (field.find_first_of(",\"\r\n") == std::string::npos) {
      line += field;
      continue;
    }
    line += '"';
    for (const char letter : field) {
      line += letter == '"' ? "\"\"" : std::string(1, letter);
    }
    line += '"';
  }
  return line + "\n";
}

}  // namespace osler
