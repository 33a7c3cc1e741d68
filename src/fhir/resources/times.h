#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace osler::fhir::resources {

using Instant = std::chrono::sys_time<std::chrono::milliseconds>;

// What a time of limited precision stands for: from <= t < to. "2026-11" is the whole of November.
struct Span {
  Instant from;
  Instant to;

  bool operator==(const Span&) const = default;
};

// FHIR's instant: "2026-11-18T14:20:31Z", milliseconds only where there are any. Years 1 to 9999;
// nothing for any other.
[[nodiscard]] std::optional<std::string> instant_text(Instant time);
// RFC 3339 with its zone, or nothing.
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);

// FHIR's date and dateTime at any precision from the year on, as resources hold them and as search
// values may be written (R4 search.html#date): the seconds, and the zone of a time, may be left
// out; a time without a zone is taken as UTC, and so is every day. A blank stands for the plus that
// a client forgot to encode. Nothing: no such date.
[[nodiscard]] std::optional<Span> parse_span(std::string_view text);

// DICOM DA "20261118", or the older "2026.11.18", as FHIR's date; nothing where it is no date.
[[nodiscard]] std::optional<std::string> dicom_date(std::string_view date);
// DICOM DA, TM and the zone of (0008,0201), "+0100", as FHIR's dateTime. FHIR allows no time
// without a zone, and guessing one would claim an instant that nobody recorded: then it is the date
// alone.
[[nodiscard]] std::optional<std::string> dicom_date_time(std::string_view date,
                                                         std::string_view time,
                                                         std::string_view utc_offset);

}  // namespace osler::fhir::resources
