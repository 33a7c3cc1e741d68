#include <algorithm>
#include <array>
#include <chrono>

#include "base/text.h"
#include "dicom/io/internal/contents.h"

namespace osler::dicom::io {
namespace {

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  });
  return text;
}

std::string first_value(const std::string& text) {
  return std::string(trim(text.substr(0, text.find('\\'))));
}

// "20200131" of "20200131", "2020.01.31" or "2020-01-31"; else empty.
std::string date_of(const std::string& text) {
  std::string digits;
  std::ranges::copy_if(first_value(text), std::back_inserter(digits),
                       [](char c) { return c >= '0' && c <= '9'; });
  return digits.size() == 8 ? digits : "";
}

std::optional<std::chrono::sys_days> day_of(const std::string& date) {
  const auto number = parse_integer(date);
  if (date.size() != 8 || !number) {
    return std::nullopt;
  }
  const std::chrono::year_month_day day{
      std::chrono::year(static_cast<int>(*number / 10'000)),
      std::chrono::month(static_cast<unsigned>(*number / 100 % 100)),
      std::chrono::day(static_cast<unsigned>(*number % 100))};
  return day.ok() ? std::optional<std::chrono::sys_days>(day) : std::nullopt;
}

// An age string (PS3.5 table 6.2-1, AS): "045Y", "018M", "003W", "012D".
std::optional<double> age_of(const std::string& text) {
  if (text.empty()) {
    return std::nullopt;
  }
  const char unit = text.back();
  const bool has_unit = unit == 'Y' || unit == 'M' || unit == 'W' || unit == 'D';
  const auto number =
      parse_number(has_unit ? std::string_view(text).substr(0, text.size() - 1) : text);
  if (!number || *number < 0 || *number > 999) {
    return std::nullopt;
  }
  const double per_year = unit == 'M'   ? 12.0
                          : unit == 'W' ? 365.25 / 7.0
                          : unit == 'D' ? 365.25
                                        : 1.0;
  return *number / per_year;
}

struct Reader {
  const File::Contents& contents;
  DataSet outermost = contents.outermost();

  [[nodiscard]] std::string text(std::uint16_t group, std::uint16_t element) const {
    return contents.text(outermost, {group, element});
  }
  [[nodiscard]] std::optional<double> number(std::uint16_t group, std::uint16_t element,
                                             std::size_t index = 0) const {
    return contents.number(outermost, {group, element}, index);
  }
  [[nodiscard]] std::string code(Tag sequence, Tag member) const {
    const auto item = contents.first_item(outermost, sequence);
    return item ? contents.text(*item, member) : "";
  }
};

std::optional<double> age_at_study(const Reader& in, const std::string& birth_date) {
  if (const auto age = age_of(upper(in.text(0x0010, 0x1010)))) {
    return age;
  }
  const auto born = day_of(birth_date);
  for (const std::uint16_t element : std::array<std::uint16_t, 4>{0x0020, 0x0022, 0x0021, 0x0023}) {
    const auto then = day_of(date_of(in.text(0x0008, element)));
    if (born && then && *then >= *born) {
      const double years = static_cast<double>((*then - *born).count()) / 365.25;
      return years < 150 ? std::optional(years) : std::nullopt;
    }
  }
  return std::nullopt;
}

// View Position, or the view's code for the two that matter most (CID 4010).
std::string view_of(const Reader& in) {
  std::string view = upper(in.text(0x0018, 0x5101));
  if (!view.empty()) {
    return view;
  }
  constexpr Tag kViewCode{0x0054, 0x0220};
  const std::string code = in.code(kViewCode, {0x0008, 0x0100});
  if (code == "R-10206" || code == "399348003") {
    return "AP";
  }
  if (code == "R-10214" || code == "272479007") {
    return "PA";
  }
  return upper(in.code(kViewCode, {0x0008, 0x0104}));
}

std::optional<double> exposure_of(const Reader& in) {
  if (const auto mas = in.number(0x0018, 0x1152)) {
    return mas;
  }
  if (const auto micro = in.number(0x0018, 0x1153)) {
    return *micro / 1000.0;
  }
  const auto time_ms = in.number(0x0018, 0x1150);
  const auto current_ma = in.number(0x0018, 0x1151);
  return time_ms && current_ma ? std::optional(*time_ms * *current_ma / 1000.0) : std::nullopt;
}

void read_identity(const Reader& in, const Scanned& scanned, clinical::Instance& out) {
  out.sop_class_uid = first_value(in.text(0x0008, 0x0016));
  out.sop_instance_uid = first_value(in.text(0x0008, 0x0018));
  if (out.sop_class_uid.empty()) {
    out.sop_class_uid = scanned.media_class_uid;
  }
  if (out.sop_instance_uid.empty()) {
    out.sop_instance_uid = scanned.media_instance_uid;
  }
  out.series_instance_uid = first_value(in.text(0x0020, 0x000E));
  out.study_instance_uid = first_value(in.text(0x0020, 0x000D));
  out.transfer_syntax_uid = scanned.scan.transfer_syntax_uid;
  out.patient_id = in.text(0x0010, 0x0020);
  out.patient_name = in.text(0x0010, 0x0010);
  out.patient_birth_date = date_of(in.text(0x0010, 0x0030));
  const std::string sex = upper(in.text(0x0010, 0x0040)).substr(0, 1);
  out.patient_sex = sex == "M" || sex == "F" || sex == "O" ? sex : "";
  out.age_years = age_at_study(in, out.patient_birth_date);
  out.identity_removed = upper(in.text(0x0012, 0x0062)) == "YES";
}

// What the request said, where it travels with the image: in the object itself or in its Request
// Attributes Sequence.
void read_request(const Reader& in, clinical::Instance& out) {
  constexpr Tag kRequest{0x0040, 0x0275};
  const auto either = [&](std::uint16_t group, std::uint16_t element) {
    const std::string own = in.text(group, element);
    return own.empty() ? in.code(kRequest, {group, element}) : own;
  };
  out.location = in.text(0x0038, 0x0300);
  if (out.location.empty()) {
    out.location = in.text(0x0008, 0x1040);
  }
  out.priority = upper(either(0x0040, 0x1003));
  if (out.priority.empty()) {
    out.priority = upper(in.text(0x0032, 0x000C));
  }
  out.question = either(0x0040, 0x1002);
  out.orientation = upper(in.text(0x0020, 0x0020));
}

void read_study(const Reader& in, clinical::Instance& out) {
  out.study_date = date_of(in.text(0x0008, 0x0020));
  out.study_time = first_value(in.text(0x0008, 0x0030));
  out.accession_number = in.text(0x0008, 0x0050);
  out.series_number = first_value(in.text(0x0020, 0x0011));
  out.instance_number = first_value(in.text(0x0020, 0x0013));
  out.modality = upper(first_value(in.text(0x0008, 0x0060)));
  out.body_part = upper(in.text(0x0018, 0x0015));
  if (out.body_part.empty()) {
    out.body_part = upper(in.code({0x0008, 0x2218}, {0x0008, 0x0104}));
  }
  out.view_position = view_of(in);
  out.laterality = upper(in.text(0x0020, 0x0062));
  if (out.laterality.empty()) {
    out.laterality = upper(in.text(0x0020, 0x0060));
  }
  out.study_description = in.text(0x0008, 0x1030);
  out.series_description = in.text(0x0008, 0x103E);
  out.manufacturer = in.text(0x0008, 0x0070);
  out.model_name = in.text(0x0008, 0x1090);
  out.station_name = in.text(0x0008, 0x1010);
  out.institution_name = in.text(0x0008, 0x0080);
  out.burned_in_annotation = upper(in.text(0x0028, 0x0301));
  out.image_type = in.text(0x0008, 0x0008);
  out.kvp = in.number(0x0018, 0x0060);
  out.exposure_mas = exposure_of(in);
}

}  // namespace

clinical::Instance make_instance(const File::Contents& contents) {
  const Reader in{contents};
  clinical::Instance out;
  read_identity(in, contents.scanned, out);
  read_study(in, out);
  read_request(in, out);
  const Scan& scan = contents.scanned.scan;
  out.rows = static_cast<long>(scan.rows);
  out.columns = static_cast<long>(scan.columns);
  out.frames = scan.has_pixel_data ? static_cast<long>(scan.frames) : 0;
  out.samples_per_pixel =
      scan.samples_per_pixel == 0 ? 1 : static_cast<int>(scan.samples_per_pixel);
  out.bits_allocated = static_cast<int>(scan.bits_allocated);
  out.bits_stored =
      static_cast<int>(contents.integer(in.outermost, {0x0028, 0x0101}, scan.bits_allocated));
  out.photometric = upper(in.text(0x0028, 0x0004));
  for (const std::uint32_t tag : {0x00280030U, 0x00181164U, 0x00182010U}) {
    const auto row =
        in.number(static_cast<std::uint16_t>(tag >> 16U), static_cast<std::uint16_t>(tag), 0);
    const auto column =
        in.number(static_cast<std::uint16_t>(tag >> 16U), static_cast<std::uint16_t>(tag), 1);
    if (row && column && *row > 0 && *column > 0) {
      out.row_spacing_mm = row;
      out.column_spacing_mm = column;
      break;
    }
  }
  return out;
}

PixelLayout make_layout(const File::Contents& contents) {
  const DataSet set = contents.outermost();
  const Scan& scan = contents.scanned.scan;
  PixelLayout out;
  if (contents.find(set, kPixelData) != nullptr) {
    out.storage = PixelLayout::Storage::Integer;
  } else if (contents.find(set, {0x7FE0, 0x0008}) != nullptr) {
    out.storage = PixelLayout::Storage::Float32;
  } else if (contents.find(set, {0x7FE0, 0x0009}) != nullptr) {
    out.storage = PixelLayout::Storage::Float64;
  }
  out.encapsulated = scan.encapsulated;
  out.rows = scan.rows;
  out.columns = scan.columns;
  out.samples = scan.samples_per_pixel == 0 ? 1 : scan.samples_per_pixel;
  out.bits_allocated = static_cast<int>(scan.bits_allocated);
  const auto number = [&](Tag tag, int otherwise) {
    return static_cast<int>(std::min<std::size_t>(
        contents.integer(set, tag, static_cast<std::size_t>(otherwise)), 65'535));
  };
  out.bits_stored = number({0x0028, 0x0101}, out.bits_allocated);
  out.high_bit = number({0x0028, 0x0102}, std::max(out.bits_stored - 1, 0));
  out.is_signed = number({0x0028, 0x0103}, 0) == 1;
  out.planar = number({0x0028, 0x0006}, 0) == 1;
  // GE's private syntax: a little endian header, big endian pixels.
  out.big_endian = scan.big_endian || scan.transfer_syntax_uid == "1.2.840.113619.5.2";
  out.frames = scan.has_pixel_data ? scan.frames : 0;
  out.photometric = upper(contents.text(set, {0x0028, 0x0004}));
  return out;
}

}  // namespace osler::dicom::io
