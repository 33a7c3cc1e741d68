#include "evaluate/report/internal/svg.h"

#include <cmath>

#include "base/text.h"

namespace osler::evaluate::report {

std::string coordinate(double value) {
  std::string text = fixed(value, 1);
  if (text.ends_with(".0")) {
    text.resize(text.size() - 2);
  }
  return text == "-0" ? "0" : text;
}

Svg::Svg(double width, double height, std::string_view classes, std::string_view name) {
  const std::string w = coordinate(width);
  const std::string h = coordinate(height);
  out_ = "<svg class=\"" + std::string(classes) + "\" viewBox=\"0 0 " + w + " " + h +
         "\" width=\"" + w + "\" height=\"" + h + "\" ";
  out_ += name.empty() ? "aria-hidden=\"true\">"
                       : "role=\"img\" aria-label=\"" + escape_html(name) + "\">";
}

Svg& Svg::path(std::string_view classes, const std::string& d) {
  out_ += "<path class=\"" + std::string(classes) + "\" d=\"" + d + "\"/>";
  return *this;
}

Svg& Svg::line(std::string_view classes, double x1, double y1, double x2, double y2) {
  return path(classes, "M" + coordinate(x1) + " " + coordinate(y1) + "L" + coordinate(x2) + " " +
                           coordinate(y2));
}

Svg& Svg::rect(std::string_view classes, double x, double y, double width, double height) {
  out_ += "<rect class=\"" + std::string(classes) + "\" x=\"" + coordinate(x) + "\" y=\"" +
          coordinate(y) + "\" width=\"" + coordinate(width) + "\" height=\"" + coordinate(height) +
          "\"/>";
  return *this;
}

Svg& Svg::circle(std::string_view classes, double x, double y, double radius) {
  out_ += "<circle class=\"" + std::string(classes) + "\" cx=\"" + coordinate(x) + "\" cy=\"" +
          coordinate(y) + "\" r=\"" + coordinate(radius) + "\"/>";
  return *this;
}

Svg& Svg::text(std::string_view classes, double x, double y, std::string_view text) {
  out_ += "<text class=\"" + std::string(classes) + "\" x=\"" + coordinate(x) + "\" y=\"" +
          coordinate(y) + "\">" + escape_html(text) + "</text>";
  return *this;
}

Svg& Svg::upright(std::string_view classes, double x, double y, std::string_view text) {
  out_ += "<text class=\"" + std::string(classes) + "\" transform=\"translate(" + coordinate(x) +
          " " + coordinate(y) + ") rotate(-90)\">" + escape_html(text) + "</text>";
  return *this;
}

void Trace::to(double x, double y) {
  if (std::abs(x - x_) < 0.5 && std::abs(y - y_) < 0.5) {
    return;
  }
  d_ += (d_.empty() ? "M" : "L") + coordinate(x) + " " + coordinate(y);
  x_ = x;
  y_ = y;
}

}  // namespace osler::evaluate::report
