#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace osler::fhir::resources {

// Texts longer than this are cut at a letter, with "…": FHIR allows 1 MiB, no screen does.
inline constexpr std::size_t kLongestText = 65'536;

// A text as FHIR's string may hold it in JSON and in XML: valid UTF-8 (other bytes become U+FFFD),
// no control characters but tab and line ends, every other blank of Unicode as a plain one (the
// pattern of FHIR's string, [ \r\n\t\S]+, refuses them), no blanks at the ends. Empty when nothing
// is left: FHIR has no empty strings.
[[nodiscard]] std::string clean_text(std::string_view text);
// The same on one line, runs of blanks as one: FHIR's code.
[[nodiscard]] std::string clean_code(std::string_view text);
// The same without the marks that turn the direction of what follows (U+202A to U+202E, U+2066 to
// U+2069): left open in a narrative, they would reorder the words around it.
[[nodiscard]] std::string without_direction_marks(std::string_view text);

// Whether it is valid UTF-8 without control characters.
[[nodiscard]] bool is_plain_text(std::string_view text);

// FHIR's id: 1 to 64 of A-Z a-z 0-9 - and .
[[nodiscard]] bool is_id(std::string_view text);
// An id for any key of ours: the key itself where it is one, else "k-" and 40 hexadecimal digits of
// its SHA-256. For keys that name no patient: a short number is easily found from its digest.
[[nodiscard]] std::string id_of(std::string_view key);
// DICOM UI: 1 to 64 of digits and dots, no empty and no zero-led component (PS3.5 section 9.1).
[[nodiscard]] bool is_uid(std::string_view text);
// The system of a medical record number: urn:oid: where the issuer is an OID, the issuer itself
// where it is an http or urn address, urn:osler:issuer:… where it is a word, urn:osler:mrn without.
[[nodiscard]] std::string mrn_system(std::string_view issuer);
// All but A-Z a-z 0-9 - . _ ~ as %XX (RFC 3986 section 2.1).
[[nodiscard]] std::string percent_encoded(std::string_view text);
// Whether it is an address that a client may follow: http or https, printable ASCII, no blanks.
[[nodiscard]] bool is_web_address(std::string_view text);

}  // namespace osler::fhir::resources
