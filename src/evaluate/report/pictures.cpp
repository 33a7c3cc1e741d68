#include "evaluate/report/pictures.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "evaluate/report/internal/plots.h"
#include "evaluate/report/internal/svg.h"
#include "evaluate/report/internal/words.h"

namespace osler::evaluate::report {
namespace {

constexpr double kMargin = 16.0;

// The value of a head's attribute that is a number.
double extent(std::string_view head, std::string_view name) {
  const std::string opening = " " + std::string(name) + "=\"";
  const std::size_t start = head.find(opening) + opening.size();
  return parse_number(head.substr(start, head.find('"', start) - start)).value_or(0.0);
}

// Puts a picture that was made for the page on paper of its own, with style and a margin.
std::string alone(const std::string& svg) {
  const std::string_view head = std::string_view(svg).substr(0, svg.find('>'));
  const std::string width = coordinate(extent(head, "width") + 2 * kMargin);
  const std::string height = coordinate(extent(head, "height") + 2 * kMargin);
  const std::string margin = coordinate(kMargin);
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + width + "\" height=\"" + height +
         "\" viewBox=\"0 0 " + width + " " + height + "\"><style>" + picture_style() +
         "</style><rect class=\"paper\" width=\"" + width + "\" height=\"" + height +
         "\"/><svg x=\"" + margin + "\" y=\"" + margin + "\"" + svg.substr(4) + "</svg>\n";
}

struct Panel {
  double left = 0.0;
  const Series* reference = nullptr;  // none: the series stands alone
  const Series* shown = nullptr;
};

class SeriesDrawing {
 public:
  explicit SeriesDrawing(const SeriesPlot& plot) : plot_(plot) {
    double lowest = 1.0;
    double highest = 0.0;
    for (const auto& series : plot.series) {
      for (const auto& point : series.points) {
        places_.insert(point.x);
        lowest = std::min(lowest, point.y.has_interval() ? point.y.lower : point.y.value);
        highest = std::max(highest, point.y.has_interval() ? point.y.upper : point.y.value);
      }
    }
    low_ = std::floor(lowest * 10.0) / 10.0;
    high_ = std::max(std::ceil(highest * 10.0) / 10.0, low_ + 0.1);
  }

  std::string draw() const {
    std::vector<Panel> panels;
    if (plot_.series.size() == 1) {
      panels.push_back({.left = 0.0, .reference = nullptr, .shown = plot_.series.data()});
    }
    for (std::size_t i = 1; i < plot_.series.size(); ++i) {
      panels.push_back({.left = static_cast<double>(i - 1) * kPanel,
                        .reference = plot_.series.data(),
                        .shown = &plot_.series[i]});
    }
    Svg svg(static_cast<double>(panels.size()) * kPanel, 400, "c", plot_.title);
    for (const auto& panel : panels) {
      draw_panel(svg, panel);
    }
    return svg.done();
  }

 private:
  static constexpr double kPanel = 400.0;

  [[nodiscard]] double scaled(double x) const { return plot_.logarithmic ? std::log10(x) : x; }

  [[nodiscard]] Frame frame_of(const Panel& panel) const {
    const double first = scaled(*places_.begin());
    const double last = scaled(*places_.rbegin());
    const double room = std::max(0.12 * (last - first), 0.05);
    return {.left = panel.left + 46,
            .right = panel.left + 388,
            .top = 12,
            .x_low = first - room,
            .x_high = last + room,
            .y_low = low_,
            .y_high = high_};
  }

  void axes(Svg& svg, const Frame& frame) const {
    for (double y = low_; y < high_ + 1e-9; y += 0.1) {
      svg.line("gr", frame.left, frame.y(y), frame.right, frame.y(y));
      svg.text("e", frame.left - 6, frame.y(y) + 4, fixed(y, 1));
    }
    svg.line("ax", frame.left, frame.bottom, frame.right, frame.bottom);
    for (const double place : places_) {
      const double x = frame.x(scaled(place));
      svg.line("ax", x, frame.bottom, x, frame.bottom + 4);
      std::string label = fixed(place, 3);
      label.erase(label.find_last_not_of('0') + 1);
      svg.text("m", x, frame.bottom + 17, label.ends_with('.') ? label + "0" : label);
    }
    svg.text("k2 m", (frame.left + frame.right) / 2, 395, plot_.x_name);
    svg.upright("k2 m", frame.left - 34, (frame.top + frame.bottom) / 2, plot_.y_name);
  }

  // `aside` moves the points off those of the other series; `accent` tells the two apart.
  void draw_series(Svg& svg, const Frame& frame, const Series& series, double aside,
                   bool accent) const {
    std::map<double, std::vector<const Estimate*>> repeats;
    for (const auto& point : series.points) {
      repeats[point.x].push_back(&point.y);
    }
    Trace trace;
    for (const auto& [place, estimates] : repeats) {
      double mean = 0.0;
      const double middle = frame.x(scaled(place)) + aside;
      double across = middle - kRepeat * static_cast<double>(estimates.size() - 1) / 2.0;
      for (const Estimate* estimate : estimates) {
        mean += estimate->value / static_cast<double>(estimates.size());
        if (estimate->has_interval()) {
          svg.line(accent ? "ci2" : "ci1", across, frame.y(estimate->lower), across,
                   frame.y(estimate->upper));
        }
        svg.circle(accent ? "hol2" : "pt", across, frame.y(estimate->value), 3);
        across += kRepeat;
      }
      trace.to(middle, frame.y(mean));
    }
    svg.path(accent ? "l2" : "l1", trace.d());
  }

  void draw_panel(Svg& svg, const Panel& panel) const {
    const Frame frame = frame_of(panel);
    axes(svg, frame);
    const bool pair = panel.reference != nullptr;
    draw_series(svg, frame, *panel.shown, pair ? kAside : 0.0, true);
    name(svg, frame, *panel.shown, frame.bottom - 10, true);
    if (pair) {
      draw_series(svg, frame, *panel.reference, -kAside, false);
      name(svg, frame, *panel.reference, frame.bottom - 28, false);
    }
  }

  // In the lower right corner, where learning curves leave room, beside the mark of its points.
  static void name(Svg& svg, const Frame& frame, const Series& series, double y, bool accent) {
    constexpr double kLetter = 6.6;
    const double width = kLetter * static_cast<double>(series.name.size());
    svg.circle(accent ? "hol2" : "pt", frame.right - 14 - width, y - 4, 3);
    svg.text(accent ? "a e" : "k e", frame.right - 4, y, series.name);
  }

  static constexpr double kAside = 11.0;
  static constexpr double kRepeat = 6.0;
  const SeriesPlot& plot_;
  std::set<double> places_;
  double low_ = 0.0;
  double high_ = 1.0;
};

Result<void> check(const SeriesPlot& plot) {
  std::size_t points = 0;
  for (const auto& series : plot.series) {
    for (const auto& point : series.points) {
      ++points;
      if (!std::isfinite(point.x) || !point.y.estimable() || (plot.logarithmic && point.x <= 0.0)) {
        return Error(ErrorCode::InvalidArgument,
                     "series \"" + series.name + "\" has a point that cannot be drawn");
      }
    }
  }
  if (points == 0) {
    return Error(ErrorCode::InvalidArgument, "there is nothing to draw");
  }
  return {};
}

}  // namespace

NamedTexts pictures(const Report& report) {
  const std::array<std::pair<const char*, std::string>, 6> drawn{
      {{"roc", roc_plot(report)},
       {"precision", precision_plot(report)},
       {"reliability", reliability_plot(report)},
       {"scores", score_plot(report)},
       {"decision", decision_plot(report)},
       {"training", training_plot(report)}}};
  NamedTexts files;
  for (const auto& [name, svg] : drawn) {
    if (!svg.empty()) {
      files.emplace_back(name, alone(svg));
    }
  }
  return files;
}

Result<std::string> series_picture(const SeriesPlot& plot) {
  OSLER_TRY_DO(check(plot));
  return alone(SeriesDrawing(plot).draw());
}

}  // namespace osler::evaluate::report
