#include "dicom/phantom/internal/plane.h"

#include <algorithm>
#include <cmath>

namespace osler::dicom::phantom {

Plane::Plane(int columns, int rows, float value)
    : width(columns),
      height(rows),
      values(static_cast<std::size_t>(columns) * static_cast<std::size_t>(rows), value) {}

Frame::Frame(int width, int height, double spacing_mm, const Pose& pose)
    : width_(width),
      height_(height),
      scale_(pose.zoom / spacing_mm),
      cosine_(std::cos(pose.tilt_rad)),
      sine_(std::sin(pose.tilt_rad)),
      origin_{0.5 * width + pose.shift_mm.x / spacing_mm,
              0.5 * height + pose.shift_mm.y / spacing_mm} {}

Point Frame::to_pixel(Point body_mm) const {
  return {origin_.x + scale_ * (cosine_ * body_mm.x - sine_ * body_mm.y),
          origin_.y + scale_ * (sine_ * body_mm.x + cosine_ * body_mm.y)};
}

Point Frame::to_body(double x, double y) const {
  const double dx = (x - origin_.x) / scale_;
  const double dy = (y - origin_.y) / scale_;
  return {cosine_ * dx + sine_ * dy, cosine_ * dy - sine_ * dx};
}

Painter::Painter(const Frame& frame, Plane& target, Overlap overlap)
    : frame_(frame), target_(target), overlap_(overlap), chord_(target.values.size(), 0.0F) {}

Painter::Box Painter::box(double left, double top, double right, double bottom) const {
  const auto inside = [](double value, int limit) {
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(limit)));
  };
  return {inside(std::floor(left), target_.width), inside(std::floor(top), target_.height),
          inside(std::ceil(right) + 1.0, target_.width),
          inside(std::ceil(bottom) + 1.0, target_.height)};
}

void Painter::piece(const Vertex& a, const Vertex& b, const TubeKind& kind, double gain) {
  const double scale = frame_.pixels_per_mm();
  const Point p = frame_.to_pixel({a.x, a.y});
  const Point q = frame_.to_pixel({b.x, b.y});
  // A tube thinner than a pixel is drawn a pixel wide and fainter, so that it does not break up.
  const double thickest = std::max({a.radius, b.radius, 0.75 / scale});
  const double margin = thickest * scale;
  const Box area = box(std::min(p.x, q.x) - margin, std::min(p.y, q.y) - margin,
                       std::max(p.x, q.x) + margin, std::max(p.y, q.y) + margin);
  const Point along{q.x - p.x, q.y - p.y};
  const double per_length2 = 1.0 / std::max(along.x * along.x + along.y * along.y, 1e-9);
  const double per_scale2 = 1.0 / (scale * scale);
  const double thickest2 = thickest * thickest;
  for (int y = area.top; y < area.bottom; ++y) {
    for (int x = area.left; x < area.right; ++x) {
      const double px = x + 0.5 - p.x;
      const double py = y + 0.5 - p.y;
      const double t = std::clamp((px * along.x + py * along.y) * per_length2, 0.0, 1.0);
      const double dx = px - t * along.x;
      const double dy = py - t * along.y;
      const double away2 = (dx * dx + dy * dy) * per_scale2;
      if (away2 >= thickest2) {
        continue;
      }
      const double real = a.radius + t * (b.radius - a.radius);
      const double radius = std::max(real, 0.75 / scale);
      const double rest = radius * radius - away2;
      if (rest <= 0.0) {
        continue;
      }
      double chord = 2.0 * std::sqrt(rest);
      const double core_radius = radius - kind.wall_mm;
      if (core_radius > 0.0) {
        const double core2 = rest - radius * radius + core_radius * core_radius;
        chord -= core2 > 0.0 ? (1.0 - kind.core) * 2.0 * std::sqrt(core2) : 0.0;
      }
      const auto value = static_cast<float>(gain * chord * (real * real) / (radius * radius));
      float& kept = chord_[target_.index(x, y)];
      kept = std::max(kept, value);
    }
  }
}

void Painter::tube(std::span<const Vertex> axis, const TubeKind& kind, double gain) {
  if (axis.size() < 2) {
    return;
  }
  double left = 1e9;
  double top = 1e9;
  double right = -1e9;
  double bottom = -1e9;
  for (std::size_t i = 0; i + 1 < axis.size(); ++i) {
    piece(axis[i], axis[i + 1], kind, gain);
  }
  for (const Vertex& vertex : axis) {
    const Point at = frame_.to_pixel({vertex.x, vertex.y});
    const double margin = std::max(vertex.radius * frame_.pixels_per_mm(), 0.75) + 8.0;
    left = std::min(left, at.x - margin);
    top = std::min(top, at.y - margin);
    right = std::max(right, at.x + margin);
    bottom = std::max(bottom, at.y + margin);
  }
  const Box area = box(left, top, right, bottom);
  for (int y = area.top; y < area.bottom; ++y) {
    for (int x = area.left; x < area.right; ++x) {
      float& chord = chord_[target_.index(x, y)];
      target_.at(x, y) += chord;
      chord = 0.0F;
    }
  }
}

void Painter::ellipsoid(Point centre, Point radii, double turn_rad, double depth_mm) {
  const double reach = std::max(radii.x, radii.y) * frame_.pixels_per_mm();
  const Point middle = frame_.to_pixel(centre);
  const Box area = box(middle.x - reach, middle.y - reach, middle.x + reach, middle.y + reach);
  const double cosine = std::cos(turn_rad);
  const double sine = std::sin(turn_rad);
  for (int y = area.top; y < area.bottom; ++y) {
    for (int x = area.left; x < area.right; ++x) {
      const Point body = frame_.to_body(x + 0.5, y + 0.5);
      const double dx = body.x - centre.x;
      const double dy = body.y - centre.y;
      const double u = (cosine * dx + sine * dy) / radii.x;
      const double v = (cosine * dy - sine * dx) / radii.y;
      const double rest = 1.0 - u * u - v * v;
      if (rest > 0.0) {
        const auto chord = static_cast<float>(depth_mm * std::sqrt(rest));
        float& there = target_.at(x, y);
        there = overlap_ == Overlap::Sum ? there + chord : std::max(there, chord);
      }
    }
  }
}

namespace {

// One box filter of half-width `reach` along the rows.
void box_rows(Plane& plane, int reach, std::vector<float>& line) {
  const auto width = static_cast<std::size_t>(plane.width);
  const auto half = static_cast<std::size_t>(reach);
  line.resize(width + 2 * half + 1);
  const float share = 1.0F / static_cast<float>(2 * reach + 1);
  for (int y = 0; y < plane.height; ++y) {
    float* row = plane.values.data() + plane.index(0, y);
    std::fill_n(line.begin(), half, row[0]);
    std::copy_n(row, width, line.begin() + reach);
    std::fill(line.begin() + reach + plane.width, line.end(), row[width - 1]);
    double sum = 0.0;
    for (std::size_t i = 0; i <= 2 * half; ++i) {
      sum += static_cast<double>(line[i]);
    }
    for (std::size_t x = 0; x < width; ++x) {
      row[x] = static_cast<float>(sum) * share;
      sum += static_cast<double>(line[x + 2 * half + 1]) - static_cast<double>(line[x]);
    }
  }
}

// The same along the columns, all of them at once.
void box_columns(Plane& plane, int reach, Plane& before) {
  before.values = plane.values;
  const auto width = static_cast<std::size_t>(plane.width);
  const float share = 1.0F / static_cast<float>(2 * reach + 1);
  const auto row = [&](int y) {
    return before.values.data() + plane.index(0, std::clamp(y, 0, plane.height - 1));
  };
  std::vector<double> sum(width, 0.0);
  for (int y = -reach; y <= reach; ++y) {
    const float* values = row(y);
    for (std::size_t x = 0; x < width; ++x) {
      sum[x] += static_cast<double>(values[x]);
    }
  }
  for (int y = 0; y < plane.height; ++y) {
    float* out = plane.values.data() + plane.index(0, y);
    const float* comes = row(y + reach + 1);
    const float* goes = row(y - reach);
    for (std::size_t x = 0; x < width; ++x) {
      out[x] = static_cast<float>(sum[x]) * share;
      sum[x] += static_cast<double>(comes[x]) - static_cast<double>(goes[x]);
    }
  }
}

// Gaussian of small sigma as a kernel of three values, which boxes cannot make.
void blur_narrowly(Plane& plane, double sigma) {
  const auto side = static_cast<float>(0.5 * (1.0 - std::exp(-sigma * sigma)));
  const float middle = 1.0F - 2.0F * side;
  const Plane before = plane;
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      plane.at(x, y) =
          middle * before.at(x, y) + side * (before.at(std::max(x - 1, 0), y) +
                                             before.at(std::min(x + 1, plane.width - 1), y));
    }
  }
  std::vector<float> above(plane.values.begin(), plane.values.begin() + plane.width);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      const float here = plane.at(x, y);
      const float below = plane.at(x, std::min(y + 1, plane.height - 1));
      plane.at(x, y) = middle * here + side * (above[static_cast<std::size_t>(x)] + below);
      above[static_cast<std::size_t>(x)] = here;
    }
  }
}

}  // namespace

void blur(Plane& plane, double sigma) {
  if (sigma < 1.0) {
    blur_narrowly(plane, sigma);
    return;
  }
  // Variance of a box of 2r + 1 values: ((2r + 1)^2 - 1) / 12; three of them make sigma^2.
  const int reach = std::max(
      1, static_cast<int>(std::lround((std::sqrt(4.0 * sigma * sigma + 1.0) - 1.0) / 2.0)));
  std::vector<float> line;
  Plane before(plane.width, plane.height);
  for (int pass = 0; pass < 3; ++pass) {
    box_rows(plane, reach, line);
    box_columns(plane, reach, before);
  }
}

namespace {

// Where a fine grid's pixel lies between the knots of a grid coarser by `step`.
struct Between {
  std::size_t knot;
  float share;  // of the knot after it
};

std::vector<Between> between(int fine, int coarse, int step) {
  std::vector<Between> places(static_cast<std::size_t>(fine));
  for (std::size_t i = 0; i < places.size(); ++i) {
    const float at = std::clamp((static_cast<float>(i) + 0.5F) / static_cast<float>(step) - 0.5F,
                                0.0F, static_cast<float>(coarse - 1));
    const auto knot = std::min(static_cast<std::size_t>(at), static_cast<std::size_t>(coarse - 2));
    places[i] = {knot, at - static_cast<float>(knot)};
  }
  return places;
}

}  // namespace

Plane enlarge(const Plane& coarse, int width, int height, int step) {
  Plane plane(width, height);
  const std::vector<Between> columns = between(width, coarse.width, step);
  const std::vector<Between> rows = between(height, coarse.height, step);
  std::vector<float> line(static_cast<std::size_t>(coarse.width));
  for (int y = 0; y < height; ++y) {
    const Between& row = rows[static_cast<std::size_t>(y)];
    const float* upper = coarse.values.data() + row.knot * line.size();
    const float* lower = upper + line.size();
    for (std::size_t x = 0; x < line.size(); ++x) {
      line[x] = upper[x] + row.share * (lower[x] - upper[x]);
    }
    float* out = plane.values.data() + plane.index(0, y);
    for (std::size_t x = 0; x < columns.size(); ++x) {
      const Between& column = columns[x];
      out[x] = line[column.knot] + column.share * (line[column.knot + 1] - line[column.knot]);
    }
  }
  return plane;
}

void blur_coarsely(Plane& plane, double sigma, int step) {
  Plane coarse((plane.width + step - 1) / step, (plane.height + step - 1) / step);
  Plane count(coarse.width, coarse.height);
  for (int y = 0; y < plane.height; ++y) {
    for (int x = 0; x < plane.width; ++x) {
      const std::size_t knot = coarse.index(x / step, y / step);
      coarse.values[knot] += plane.at(x, y);
      count.values[knot] += 1.0F;
    }
  }
  for (std::size_t i = 0; i < coarse.values.size(); ++i) {
    coarse.values[i] /= count.values[i];
  }
  blur(coarse, sigma / step);
  plane = enlarge(coarse, plane.width, plane.height, step);
}

}  // namespace osler::dicom::phantom
