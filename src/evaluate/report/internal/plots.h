#pragma once

#include <string>

#include "evaluate/report/report.h"

namespace osler::evaluate::report {

// Each plot as one <svg>, drawn with the classes of the style sheet; a report without the data that
// a plot needs gives an empty string.
[[nodiscard]] std::string thousand_films(const Report& report);
[[nodiscard]] std::string roc_plot(const Report& report);
[[nodiscard]] std::string precision_plot(const Report& report);
[[nodiscard]] std::string reliability_plot(const Report& report);
[[nodiscard]] std::string score_plot(const Report& report);
[[nodiscard]] std::string decision_plot(const Report& report);
[[nodiscard]] std::string training_plot(const Report& report);

// The horizontal scale that all rows of the forest share: from `low` to 1.
[[nodiscard]] double forest_low(const Report& report);
[[nodiscard]] std::string forest_axis(double low);
[[nodiscard]] std::string forest_row(const Estimate& estimate, double low, double all,
                                     const std::optional<double>& floor, const std::string& label);

// Inline style of the page.
[[nodiscard]] std::string style_sheet();
// What a picture needs that stands without the page.
[[nodiscard]] std::string picture_style();

}  // namespace osler::evaluate::report
