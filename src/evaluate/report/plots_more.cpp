#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "evaluate/report/internal/plots.h"
#include "evaluate/report/internal/svg.h"
#include "evaluate/report/internal/words.h"

namespace osler::evaluate::report {
namespace {

// A round step that parts `span` into about four.
double round_step(double span) {
  const double rough = span / 4.0;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double lead = rough / power;
  return power * (lead < 1.5 ? 1.0 : lead < 3.5 ? 2.0 : lead < 7.5 ? 5.0 : 10.0);
}

std::string tick(double value, double step) {
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return digits(value, decimals);
}

void y_grid(Svg& svg, const Frame& frame) {
  const double step = round_step(frame.y_high - frame.y_low);
  for (double y = std::ceil(frame.y_low / step - 1e-9) * step; y <= frame.y_high + 1e-9;
       y += step) {
    svg.line("gr", frame.left, frame.y(y), frame.right, frame.y(y));
    svg.text("e", frame.left - 6, frame.y(y) + 4, tick(y, step));
  }
}

void x_axis(Svg& svg, const Frame& frame, double step) {
  svg.line("ax", frame.left, frame.bottom, frame.right, frame.bottom);
  for (double x = std::ceil(frame.x_low / step - 1e-9) * step; x <= frame.x_high + 1e-9;
       x += step) {
    svg.line("ax", frame.x(x), frame.bottom, frame.x(x), frame.bottom + 4);
    svg.text("m", frame.x(x), frame.bottom + 17, tick(x, step));
  }
}

constexpr double kForestWidth = 210.0;

double forest_x(double value, double low) {
  return std::clamp((value - low) / (1.0 - low), 0.0, 1.0) * kForestWidth;
}

}  // namespace

std::string decision_plot(const Report& report) {
  const auto& points = report.net_benefit;
  if (points.size() < 2) {
    return "";
  }
  const double prevalence =
      static_cast<double>(report.positives) / static_cast<double>(report.films);
  double high = prevalence;
  double low = 0.0;
  for (const auto& point : points) {
    high = std::max(high, point.upper);
    low = std::min(low, point.lower);
  }
  low = std::max(std::min(low, -0.12 * high), -0.35 * high);
  const Frame frame{.left = 46,
                    .bottom = 416,
                    .x_low = points.front().threshold,
                    .x_high = points.back().threshold,
                    .y_low = low,
                    .y_high = high * 1.06};
  Svg svg(400, 456, "c",
          "Decision curve: net benefit of acting on the model, on all and on none, by threshold");
  y_grid(svg, frame);
  x_axis(svg, frame, round_step(frame.x_high - frame.x_low));
  svg.text("k2 m", 216, 451, "threshold probability");
  svg.upright("k2 m", 8, 212, "net benefit");
  svg.line("ref", frame.left, frame.y(0), frame.right, frame.y(0));
  metrics::Band band;
  Trace all;
  Trace model;
  Trace edge;
  for (const auto& point : points) {
    const double x = frame.x(point.threshold);
    if (point.treat_all >= frame.y_low) {
      all.to(x, frame.y(point.treat_all));
    }
    model.to(x, frame.y(std::max(point.model, frame.y_low)));
    edge.to(x, frame.y(std::max(point.lower, frame.y_low)));
  }
  for (std::size_t i = points.size(); i-- > 0;) {
    edge.to(frame.x(points[i].threshold), frame.y(std::max(points[i].upper, frame.y_low)));
  }
  edge.close();
  svg.path("ref2", all.d()).path("band", edge.d()).path("l1", model.d());
  const double t = frame.x(report.options.threshold);
  if (t >= frame.left && t <= frame.right) {
    svg.line("thr", t, frame.bottom, t, frame.top + 18);
    svg.text(t > 216 ? "k2 e" : "k2", t > 216 ? t - 5 : t + 5, frame.top + 16,
             "operating threshold " + digits(report.options.threshold, 2));
  }
  const auto& late = points[points.size() * 2 / 3];
  const double above = frame.y(late.upper) - 10;
  svg.text("k e", 388, above > frame.top + 30 ? above : frame.y(late.lower) + 18, "with the model");
  svg.text("e", 388, frame.y(0) + 15, "act on none");
  // Beside its line, where that is a third of the way up.
  const auto third = std::ranges::find_if(
      points, [&](const auto& point) { return point.treat_all < 0.3 * frame.y_high; });
  if (third != points.end() && third->treat_all > frame.y_low) {
    const double x = frame.x(third->threshold);
    svg.text(x > 300 ? "a e" : "a", x > 300 ? x - 10 : x + 10, frame.y(third->treat_all),
             "act on all");
  }
  return svg.done();
}

std::string training_plot(const Report& report) {
  const auto& epochs = report.options.training;
  if (epochs.size() < 2) {
    return "";
  }
  double high = 0.0;
  for (const auto& epoch : epochs) {
    high = std::max({high, epoch.training_loss, epoch.validation_loss});
  }
  const Frame frame{.left = 46,
                    .bottom = 416,
                    .x_low = static_cast<double>(epochs.front().number),
                    .x_high = static_cast<double>(epochs.back().number),
                    .y_low = 0.0,
                    .y_high = high * 1.05};
  Svg svg(400, 456, "c", "Loss on training and validation films by epoch");
  y_grid(svg, frame);
  x_axis(svg, frame, std::max(1.0, round_step(frame.x_high - frame.x_low)));
  svg.text("k2 m", 216, 451, "epoch");
  svg.upright("k2 m", 8, 212, "loss");
  Trace training;
  Trace validation;
  for (const auto& epoch : epochs) {
    training.to(frame.x(static_cast<double>(epoch.number)), frame.y(epoch.training_loss));
    validation.to(frame.x(static_cast<double>(epoch.number)), frame.y(epoch.validation_loss));
  }
  svg.path("l1", training.d()).path("l2", validation.d());
  const auto& last = epochs.back();
  const bool above = last.validation_loss >= last.training_loss;
  svg.text("k e", 388, frame.y(last.training_loss) + (above ? 16 : -8), "training");
  svg.text("a e", 388, frame.y(last.validation_loss) + (above ? -8 : 16), "validation");
  return svg.done();
}

double forest_low(const Report& report) {
  double low = report.options.sensitivity_floor.value_or(0.6);
  for (const auto& group : report.subgroups.groups) {
    if (group.sensitivity.has_interval()) {
      low = std::min(low, group.sensitivity.lower);
    }
  }
  if (report.metrics.sensitivity.has_interval()) {
    low = std::min(low, report.metrics.sensitivity.lower);
  }
  return std::max(0.0, std::floor(low * 5.0) / 5.0);
}

std::string forest_axis(double low) {
  Svg svg(kForestWidth, 16, "c row", "");
  const double step = 1.0 - low > 0.51 ? 0.2 : 0.1;
  for (double value = low; value <= 1.0 + 1e-9; value += step) {
    const bool first = value - low < 1e-9;
    const bool last = value > 1.0 - 1e-9;
    svg.text(first  ? ""
             : last ? "e"
                    : "m",
             forest_x(value, low), 12,
             last           ? "1"
             : value < 1e-9 ? "0"
                            : fixed(value, 1));
  }
  return svg.done();
}

std::string forest_row(const Estimate& estimate, double low, double all,
                       const std::optional<double>& floor, const std::string& label) {
  Svg svg(kForestWidth, 24, "c row", label);
  if (floor) {
    svg.line("floor", forest_x(*floor, low), 0, forest_x(*floor, low), 24);
  }
  if (std::isfinite(all)) {
    svg.line("gr", forest_x(all, low), 0, forest_x(all, low), 24);
  }
  if (estimate.has_interval()) {
    svg.line("ci", forest_x(estimate.lower, low), 12, forest_x(estimate.upper, low), 12);
    svg.circle("pt", forest_x(estimate.value, low), 12, 4);
  } else {
    svg.text("", 0, 16, estimate.reason);
  }
  return svg.done();
}

}  // namespace osler::evaluate::report
