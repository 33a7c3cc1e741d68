// Searches on public synthetic patients, with totals that others computed.

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "fhir/search/match.h"
#include "tests/support/shared_data.h"

namespace osler::fhir::search {
namespace {

std::vector<Json> resources_of(const std::filesystem::path& folder) {
  std::vector<Json> all;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".json" && file.path().filename() != "MANIFEST.json") {
      const Json bundle = *parse_json(*read_text(file.path()), "bundle");
      for (const Json& entry : bundle.at("entry")) {
        all.push_back(entry.at("resource"));
      }
    }
  }
  return all;
}

TEST(Searches, FindAsManyAsOthers) {
  const auto folder = test::shared_data() / "fhir" / "synthea_r4";
  OSLER_NEEDS(folder);
  const auto all = resources_of(folder);
  ASSERT_EQ(all.size(), 6432U);
  int asked = 0;
  for (const auto& line : split(*read_text(folder / "EXPECTED_SEARCH.csv"), '\n')) {
    // query,total,note; a query with a comma stands in quotes.
    const bool quoted = line.starts_with('"');
    const std::size_t end = quoted ? line.find('"', 1) : line.find(',');
    if (end == std::string::npos) {
      continue;
    }
    const std::string query = quoted ? line.substr(1, end - 1) : line.substr(0, end);
    const std::string rest = line.substr(end + (quoted ? 2 : 1));
    const auto total = parse_integer(rest.substr(0, rest.find(',')));
    const std::size_t mark = query.find('?');
    const auto type = resources::type_from(query.substr(0, mark));
    if (!total || !type || mark == std::string::npos) {
      continue;
    }
    const auto pairs = parse_pairs(query.substr(mark + 1));
    ASSERT_TRUE(pairs) << query;
    const auto parsed = parse(*type, *pairs, {});
    if (!parsed) {
      continue;  // a parameter that osler has no data for
    }
    EXPECT_EQ(std::ranges::count_if(all, [&](const Json& one) { return matches(*parsed, one); }),
              *total)
        << query;
    ++asked;
  }
  EXPECT_EQ(asked, 32);
}

}  // namespace
}  // namespace osler::fhir::search
