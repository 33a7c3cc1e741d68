#pragma once

#include <string>
#include <vector>

#include "evaluate/report/report.h"

namespace osler::evaluate::report {

// The report's plots as SVG files that stand alone, light and dark: {"roc", "<svg …>"}. Names: roc,
// precision, reliability, scores, decision, training; a plot without data is left out.
[[nodiscard]] NamedTexts pictures(const Report& report);

// One result at one place of a series; several at one place are repeats (seeds).
struct SeriesPoint {
  double x = 0.0;
  Estimate y = {};
};

struct Series {
  std::string name = {};
  std::vector<SeriesPoint> points = {};
};

// How a number changes with another: a learning curve.
struct SeriesPlot {
  std::string title = {};   // in words, for those who do not see it
  std::string x_name = {};  // "share of the training films"
  std::string y_name = {};  // "AUROC"
  bool logarithmic = false;
  std::vector<Series> series = {};
};

// The first series in each panel, beside one of the others: a line through the means of the
// repeats, each repeat as a point with its interval. An SVG file that stands alone.
// InvalidArgument: no series, no point, a value that is not finite, or places that are not positive
// on a logarithmic scale.
[[nodiscard]] Result<std::string> series_picture(const SeriesPlot& plot);

}  // namespace osler::evaluate::report
