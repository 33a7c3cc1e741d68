// A search from outside: a query or a sentence; a query's own address is the same query, and it can
// be asked of any resource.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "fhir/resources/resources.h"
#include "fhir/search/cursor.h"
#include "fhir/search/match.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace osler;
  using namespace osler::fhir;
  if (size == 0) {
    return 0;
  }
  static const Json finding = *resources::observation(
      {.id = "f1", .patient_id = "p1", .study_id = "s1", .model_id = "m1"},
      {.id = "s1", .date = "20261118"}, {.id = "m1", .finding = "consolidation"});
  const auto types = resources::all_types();
  const auto type = types[data[0] % types.size()];
  const search::Options options{
      .base = "https://a.example/fhir",
      .handling = data[0] >= 128 ? search::Handling::Lenient : search::Handling::Strict};
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static_cast<void>(resources::parse_span(text));
  const auto pairs = search::parse_pairs(text);
  if (!pairs) {
    OSLER_CHECK(!pairs.error().message.empty());
    return 0;
  }
  const auto query = search::parse(type, *pairs, options);
  if (!query) {
    OSLER_CHECK(!query.error().message.empty());
    return 0;
  }
  static_cast<void>(search::matches(*query, finding));
  const auto address = search::page_address(*query, options.base, query->cursor);
  const auto mark = address.find('?');
  const auto again = search::parse_pairs(
      mark == std::string::npos ? std::string_view() : std::string_view(address).substr(mark + 1));
  // Percent-encoding makes a query up to three times as long, which may be too long.
  if (again) {
    const auto same = search::parse(type, *again, options);
    OSLER_CHECK(same);
    OSLER_CHECK(same->applied == query->applied);
    OSLER_CHECK(same->cursor == query->cursor);
    OSLER_CHECK(search::matches(*same, finding) == search::matches(*query, finding));
  }
  return 0;
}
