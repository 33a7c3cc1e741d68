#pragma once

#include <string>
#include <string_view>

namespace osler::evaluate::report {

// Collects the parts of one picture. Coordinates are written to a tenth of a unit.
class Svg {
 public:
  // `name` is what the picture says in words, for those who do not see it; empty: it is decoration.
  Svg(double width, double height, std::string_view classes, std::string_view name);

  Svg& path(std::string_view classes, const std::string& d);
  Svg& line(std::string_view classes, double x1, double y1, double x2, double y2);
  Svg& rect(std::string_view classes, double x, double y, double width, double height);
  Svg& circle(std::string_view classes, double x, double y, double radius);
  // Escapes the text. Classes: k, k2, b for its ink, e and m for its anchor.
  Svg& text(std::string_view classes, double x, double y, std::string_view text);
  Svg& upright(std::string_view classes, double x, double y, std::string_view text);
  [[nodiscard]] std::string done() const { return out_ + "</svg>"; }

 private:
  std::string out_;
};

[[nodiscard]] std::string coordinate(double value);

// A plot area with its scales; y grows upwards.
struct Frame {
  double left = 40.0;
  double right = 392.0;
  double top = 8.0;
  double bottom = 360.0;
  double x_low = 0.0;
  double x_high = 1.0;
  double y_low = 0.0;
  double y_high = 1.0;

  [[nodiscard]] double x(double value) const {
    return left + (value - x_low) / (x_high - x_low) * (right - left);
  }
  [[nodiscard]] double y(double value) const {
    return bottom - (value - y_low) / (y_high - y_low) * (bottom - top);
  }
};

// A line through points; those closer than half a unit to the last one drawn are left out.
class Trace {
 public:
  void to(double x, double y);
  [[nodiscard]] const std::string& d() const { return d_; }
  void close() { d_ += "Z"; }

 private:
  std::string d_;
  double x_ = -1e9;
  double y_ = -1e9;
};

}  // namespace osler::evaluate::report
