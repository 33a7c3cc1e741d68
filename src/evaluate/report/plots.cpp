#include "evaluate/report/internal/plots.h"

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "evaluate/metrics/proportion.h"
#include "evaluate/report/internal/svg.h"
#include "evaluate/report/internal/words.h"

namespace osler::evaluate::report {
namespace {

constexpr double kQuarters[] = {0.0, 0.25, 0.5, 0.75, 1.0};

std::string tick(double value) {
  std::string text = fixed(value, 2);
  while (text.back() == '0') {
    text.pop_back();
  }
  if (text.back() == '.') {
    text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

// Grid, ticks and axes of proportions 0 to 1 both ways.
void unit_square(Svg& svg, const Frame& frame, bool x_ticks) {
  for (const double q : kQuarters) {
    svg.line("gr", frame.left, frame.y(q), frame.right, frame.y(q));
    svg.text("e", frame.left - 6, frame.y(q) + 4, tick(q));
    if (x_ticks) {
      svg.line("ax", frame.x(q), frame.bottom, frame.x(q), frame.bottom + 4);
      svg.text("m", frame.x(q), frame.bottom + 17, tick(q));
    }
  }
  svg.line("ax", frame.left, frame.bottom, frame.right, frame.bottom);
}

void axis_names(Svg& svg, const Frame& frame, std::string_view across, std::string_view up,
                double across_y) {
  svg.text("k2 m", (frame.left + frame.right) / 2, across_y, across);
  svg.upright("k2 m", 10, (frame.top + frame.bottom) / 2, up);
}

std::string band_path(const metrics::Band& band, const Frame& frame) {
  Trace trace;
  for (std::size_t i = 0; i < band.at.size(); ++i) {
    trace.to(frame.x(band.at[i]), frame.y(band.lower[i]));
  }
  for (std::size_t i = band.at.size(); i-- > 0;) {
    trace.to(frame.x(band.at[i]), frame.y(band.upper[i]));
  }
  trace.close();
  return trace.d();
}

// A cross of two intervals, and the point.
void cross(Svg& svg, const Frame& frame, const Estimate& across, const Estimate& up) {
  const double x = frame.x(across.value);
  const double y = frame.y(up.value);
  if (across.has_interval()) {
    svg.line("ci", frame.x(across.lower), y, frame.x(across.upper), y);
  }
  if (up.has_interval()) {
    svg.line("ci", x, frame.y(up.lower), x, frame.y(up.upper));
  }
  svg.circle("pt", x, y, 4.5);
}

// Labels of a point go to the side where there is room.
struct Label {
  std::string anchor;
  double x = 0.0;
};
Label beside(double x, const Frame& frame) {
  const bool left = x > (frame.left + frame.right) / 2;
  return left ? Label{" e", x - 12} : Label{"", x + 12};
}

std::string in_words(const std::string& what, const Report& report) {
  return what + " of " + count(report.films) + " " + report.options.unit + "s";
}

}  // namespace

std::string thousand_films(const Report& report) {
  const auto& metrics = report.metrics;
  if (!metrics.sensitivity.estimable() || !metrics.specificity.estimable()) {
    return "";
  }
  const double prevalence =
      static_cast<double>(report.positives) / static_cast<double>(report.films);
  const auto whole = [](double number) { return std::lround(number); };
  const long with = whole(1000.0 * prevalence);
  const long without = 1000 - with;
  const long found = whole(static_cast<double>(with) * metrics.sensitivity.value);
  const long false_marks = whole(static_cast<double>(without) * (1.0 - metrics.specificity.value));
  const std::string name = "Of 1,000 " + report.options.unit + "s, " + std::to_string(with) +
                           " have the finding: " + std::to_string(found) + " marked, " +
                           std::to_string(with - found) + " missed. " + std::to_string(without) +
                           " do not: " + std::to_string(false_marks) + " marked, " +
                           std::to_string(without - false_marks) + " not marked.";
  Svg svg(820, 108, "c nat", name);
  constexpr double kLeft = 210.0;
  const double scale = 606.0 / static_cast<double>(std::max(with, without));
  const auto bar = [&](double y, long all, long marked, const char* rest_class,
                       const std::string& title, const std::string& first,
                       const std::string& second) {
    svg.text("b", 0, y + 16, title);
    const double first_width = static_cast<double>(marked) * scale;
    const double rest_width = static_cast<double>(all - marked) * scale;
    svg.rect("f1x", kLeft, y, first_width, 22);
    svg.rect(rest_class, kLeft + first_width + 1, y, rest_width, 22);
    svg.text("k", kLeft, y + 38, first);
    // The second label keeps clear of the first, and of the edge.
    const double clear = kLeft + 12.0 + 7.0 * static_cast<double>(first.size());
    const double at = std::min(std::max(kLeft + first_width + 5, clear), 816.0 - 90.0);
    svg.text("k", at, y + 38, second);
  };
  bar(4, with, found, "f0x", std::to_string(with) + " with the finding",
      std::to_string(found) + " marked", std::to_string(with - found) + " missed");
  bar(60, without, false_marks, "f2x", std::to_string(without) + " without",
      std::to_string(false_marks) + " marked",
      std::to_string(without - false_marks) + " not marked");
  return svg.done();
}

std::string roc_plot(const Report& report) {
  if (report.curve.empty()) {
    return "";
  }
  const Frame frame;
  const auto& metrics = report.metrics;
  Svg svg(400, 400, "c", in_words("ROC curve, area " + with_range(metrics.auroc, 3), report));
  unit_square(svg, frame, true);
  axis_names(svg, frame, "1 \u2212 specificity", "sensitivity", 395);
  svg.line("ref", frame.x(0), frame.y(0), frame.x(1), frame.y(1));
  svg.path("band", band_path(report.roc_band, frame));
  Trace trace;
  for (const auto& point : report.curve) {
    trace.to(frame.x(1.0 - point.specificity), frame.y(point.sensitivity));
  }
  trace.to(frame.x(1), frame.y(1));
  svg.path("l1", trace.d());
  const Estimate across = complement(metrics.specificity);
  cross(svg, frame, across, metrics.sensitivity);
  const double y = frame.y(metrics.sensitivity.value);
  // Right of the point and below the curve there is always room.
  const double x = std::min(frame.x(across.value) + 12, frame.right - 130);
  svg.text("k", x, y + 18, "operating point");
  svg.text("k2", x, y + 34,
           "Se " + digits(metrics.sensitivity.value, 2) + "  Sp " +
               digits(metrics.specificity.value, 2));
  svg.text("k e", 386, 334, "area " + with_range(metrics.auroc, 3));
  svg.text("e", 386, 351,
           "n " + count(report.films) + ", with the finding " + count(report.positives));
  return svg.done();
}

std::string precision_plot(const Report& report) {
  if (report.curve.empty()) {
    return "";
  }
  const Frame frame;
  const auto& metrics = report.metrics;
  const double prevalence =
      static_cast<double>(report.positives) / static_cast<double>(report.films);
  Svg svg(400, 400, "c",
          in_words("Precision-recall curve, area " + with_range(metrics.auprc, 3), report));
  unit_square(svg, frame, true);
  axis_names(svg, frame, "sensitivity (recall)", "positive predictive value", 395);
  svg.line("ref", frame.x(0), frame.y(prevalence), frame.x(1), frame.y(prevalence));
  svg.path("band", band_path(report.precision_band, frame));
  Trace trace;
  for (const auto& point : report.curve) {
    if (point.tp + point.fp > 0) {
      trace.to(frame.x(point.sensitivity), frame.y(point.precision));
    }
  }
  svg.path("l1", trace.d());
  // What is said stands in the emptier half: below a good curve, above a poor one.
  const bool low_curve = metrics.auprc.value < 0.5;
  if (metrics.ppv.estimable()) {
    cross(svg, frame, metrics.sensitivity, metrics.ppv);
    const double x = frame.x(metrics.sensitivity.value);
    const double y = frame.y(metrics.ppv.value);
    const Label label = beside(x, frame);
    const double below = low_curve ? y - 26 : y + 18;
    svg.text("k" + label.anchor, label.x, below, "operating point");
    svg.text("k2" + label.anchor, label.x, below + 16, "PPV " + digits(metrics.ppv.value, 2));
  }
  const bool low_line = prevalence < 0.1;
  svg.text("", 46, frame.y(prevalence) + (low_line ? -6 : 15),
           "prevalence " + digits(prevalence, 2) + ": no skill");
  const double base = prevalence < 0.16 || low_curve ? 24 : 351;
  svg.text(base < 100 ? "k e" : "k", base < 100 ? 386 : 46, base,
           "area " + with_range(metrics.auprc, 3));
  return svg.done();
}

std::string reliability_plot(const Report& report) {
  const Frame frame;
  Svg svg(400, 456, "c",
          in_words("Reliability diagram, calibration error " + with_range(report.metrics.ece, 3),
                   report));
  unit_square(svg, frame, false);
  svg.upright("k2 m", 10, 184, "observed");
  svg.line("ref", frame.x(0), frame.y(0), frame.x(1), frame.y(1));
  for (const auto& bin : report.reliability_before.bins) {
    svg.circle("hol2", frame.x(bin.mean_probability), frame.y(bin.observed_fraction), 3);
  }
  for (const auto& bin : report.reliability.bins) {
    const double x = frame.x(bin.mean_probability);
    const auto seen =
        metrics::proportion(bin.positives, bin.count, {.confidence = report.options.confidence});
    svg.line("ci", x, frame.y(seen.lower), x, frame.y(seen.upper));
    svg.circle("pt", x, frame.y(seen.value), 3.5);
  }
  svg.text("k", 48, 22, "slope " + with_range(report.line.slope, 2));
  svg.text("k2", 48, 39, "intercept " + with_range(report.line.intercept, 2));
  svg.text("k2", 48, 56, "ECE " + with_range(report.metrics.ece, 3));
  svg.circle("hol2", 52, 70, 3).text("", 60, 74, "before calibration");

  const std::size_t bins = report.histogram_positive.size();
  std::size_t most = 1;
  for (std::size_t b = 0; b < bins; ++b) {
    most = std::max(most, report.histogram_positive[b] + report.histogram_negative[b]);
  }
  constexpr double kTop = 372.0;
  constexpr double kBase = 416.0;
  const double step = (frame.right - frame.left) / static_cast<double>(bins);
  for (std::size_t b = 0; b < bins; ++b) {
    const auto n = static_cast<double>(report.histogram_positive[b] + report.histogram_negative[b]);
    const double height = n / static_cast<double>(most) * (kBase - kTop);
    if (n > 0.0) {
      svg.rect("bar1", frame.left + static_cast<double>(b) * step + 0.5, kBase - height, step - 1,
               height);
    }
  }
  svg.line("ax", frame.left, kBase, frame.right, kBase);
  for (const double q : kQuarters) {
    svg.line("ax", frame.x(q), kBase, frame.x(q), kBase + 4);
    svg.text("m", frame.x(q), kBase + 17, tick(q));
  }
  svg.text("e", 34, 380, count(most)).text("e", 34, 416, "0");
  svg.text("k2 m", 216, 451,
           "predicted probability; bars: " + report.options.unit + "s a bin of 0.05");
  return svg.done();
}

std::string score_plot(const Report& report) {
  const std::size_t bins = report.histogram_positive.size();
  const std::size_t negatives = report.films - report.positives;
  if (bins == 0 || report.positives == 0 || negatives == 0) {
    return "";
  }
  double up_most = 0.0;
  double down_most = 0.0;
  const auto share = [](std::size_t n, std::size_t all) {
    return static_cast<double>(n) / static_cast<double>(all);
  };
  for (std::size_t b = 0; b < bins; ++b) {
    up_most = std::max(up_most, share(report.histogram_positive[b], report.positives));
    down_most = std::max(down_most, share(report.histogram_negative[b], negatives));
  }
  // One scale for both classes, each with the room that it needs; labels stand in the margins.
  const double span = std::max((up_most + down_most) * 1.16, 0.1);
  const Frame frame{
      .top = 22, .bottom = 416, .y_low = -down_most - 0.08 * span, .y_high = up_most + 0.08 * span};
  Svg svg(400, 456, "c",
          in_words("Histogram of probabilities, those with the finding above, those without below",
                   report));
  const double step = span > 1.2 ? 0.5 : span > 0.6 ? 0.2 : span > 0.25 ? 0.1 : 0.05;
  for (double y = -std::floor(down_most / step) * step; y <= up_most + 1e-9; y += step) {
    const bool zero = std::abs(y) < 1e-9;
    svg.line(zero ? "ax" : "gr", frame.left, frame.y(y), frame.right, frame.y(y));
    svg.text("e", frame.left - 6, frame.y(y) + 4, zero ? "0" : tick(std::abs(y)));
  }
  for (std::size_t b = 0; b < bins; ++b) {
    const double left = frame.x(static_cast<double>(b) / static_cast<double>(bins)) + 0.5;
    const double width = (frame.right - frame.left) / static_cast<double>(bins) - 1;
    const double up = frame.y(share(report.histogram_positive[b], report.positives));
    const double down = frame.y(-share(report.histogram_negative[b], negatives));
    if (report.histogram_positive[b] > 0) {
      svg.rect("f1", left, up, width, frame.y(0) - up);
    }
    if (report.histogram_negative[b] > 0) {
      svg.rect("f0", left, frame.y(0), width, down - frame.y(0));
    }
  }
  const double x = frame.x(report.options.threshold);
  svg.line("thr", x, frame.top, x, frame.bottom);
  const Label label = beside(x, frame);
  svg.text("k2" + label.anchor, x > 216 ? x - 5 : x + 5, 14,
           "threshold " + digits(report.options.threshold, 2));
  svg.text("k e", 388, frame.top + 14, "with the finding, n " + count(report.positives));
  svg.text("k e", 388, frame.bottom - 8, "without, n " + count(negatives));
  svg.line("ax", frame.left, frame.bottom, frame.right, frame.bottom);
  for (const double q : kQuarters) {
    svg.line("ax", frame.x(q), frame.bottom, frame.x(q), frame.bottom + 4);
    svg.text("m", frame.x(q), frame.bottom + 17, tick(q));
  }
  axis_names(svg, frame, "calibrated probability", "share of the class", 451);
  return svg.done();
}

}  // namespace osler::evaluate::report
