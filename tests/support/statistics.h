#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/file.h"
#include "base/json.h"
#include "base/text.h"
#include "tests/support/shared_data.h"

namespace osler::test {

// A stored fixture of an independent implementation: inputs, conventions, expected values,
// tolerance.
class Oracle {
 public:
  // Nothing where the folder is absent.
  static std::optional<Oracle> open(const std::string& id) {
    const auto base = shared_data() / "statistics";
    auto text = read_text(base / (id + ".json"));
    if (!text) {
      return std::nullopt;
    }
    Oracle out;
    out.folder_ = base;
    out.document = *parse_json(*text, id);
    return out;
  }

  [[nodiscard]] const Json& expected() const { return document.at("expected"); }

  // A column of the fixture's CSV.
  [[nodiscard]] std::vector<double> column(const std::string& file, const std::string& name) const {
    const auto csv = *CsvTable::parse(*read_text(folder_ / file), file);
    const std::size_t index = *csv.require(name);
    std::vector<double> out;
    for (std::size_t row = 0; row < csv.rows(); ++row) {
      out.push_back(parse_number(csv.at(row, index)).value());
    }
    return out;
  }
  [[nodiscard]] std::vector<std::uint8_t> labels(const std::string& file,
                                                 const std::string& name) const {
    std::vector<std::uint8_t> out;
    for (const double value : column(file, name)) {
      out.push_back(value > 0.5 ? 1 : 0);
    }
    return out;
  }

  // |got - expected| <= abs + rel |expected|; null expects that there is no number.
  void compare(double got, const Json& want, const std::string& what) const {
    if (want.is_null()) {
      EXPECT_FALSE(std::isfinite(got)) << what;
      return;
    }
    const double value = want.get<double>();
    const auto& tolerance = document.at("tolerance");
    const double allowed =
        tolerance.at("abs").get<double>() + tolerance.at("rel").get<double>() * std::abs(value);
    EXPECT_LE(std::abs(got - value), allowed) << what << ": got " << got << ", want " << value;
  }

  Json document;

 private:
  std::filesystem::path folder_;
};

}  // namespace osler::test

// OSLER_ORACLE(oracle, "roc_auc_delong");  opens it, or skips the test.
#define OSLER_ORACLE(name, id)                                        \
  const auto name##_found = ::osler::test::Oracle::open(id);          \
  if (!name##_found) {                                                \
    GTEST_SKIP() << "no " id ".json: set OSLER_SHARED to its folder"; \
  }                                                                   \
  const ::osler::test::Oracle& name = *name##_found
