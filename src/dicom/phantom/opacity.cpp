#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "base/check.h"
#include "dicom/phantom/internal/film.h"

namespace osler::dicom::phantom {
namespace {

// Fluid in mm along the ray in the middle of an opacity, by subtlety 1 to 5.
constexpr std::array<double, 5> kFluid{96.0, 80.0, 64.0, 49.0, 36.0};

// A patch: an ellipse whose edge wanders.
struct Patch {
  Point centre;
  double radius;
  double turn;
  double stretch;
  std::array<double, 5> wave;  // of 2 to 6 turns
  std::array<double, 5> phase;

  static Patch draw(Point centre, double radius, Rng& rng) {
    Patch patch{centre, radius, rng.uniform(0.0, std::numbers::pi), rng.uniform(1.0, 1.5), {}, {}};
    for (std::size_t i = 0; i < patch.wave.size(); ++i) {
      patch.wave[i] = rng.normal(0.0, 0.13 / (1.0 + 0.35 * static_cast<double>(i)));
      patch.phase[i] = rng.uniform(0.0, 2.0 * std::numbers::pi);
    }
    return patch;
  }

  // 1 inside, falling to 0 over the outer part of the radius.
  [[nodiscard]] double cover(Point at) const {
    const double dx = at.x - centre.x;
    const double dy = at.y - centre.y;
    const double u = (std::cos(turn) * dx + std::sin(turn) * dy) / stretch;
    const double v = (std::cos(turn) * dy - std::sin(turn) * dx) * stretch;
    const double far = std::hypot(u, v) / radius;
    if (far > 1.7) {
      return 0.0;
    }
    const double angle = std::atan2(v, u);
    double edge = 1.0;
    for (std::size_t i = 0; i < wave.size(); ++i) {
      edge += wave[i] * std::cos(static_cast<double>(i + 2) * angle + phase[i]);
    }
    const double depth = std::clamp((edge - far) / 0.8, 0.0, 1.0);
    return depth * depth * (3.0 - 2.0 * depth);
  }
};

// Uneven filling: a coarse grid of random numbers, read between its knots.
class Mottle {
 public:
  Mottle(double knot_mm, Rng& rng) : knot_mm_(knot_mm) {
    for (double& value : knots_) {
      value = rng.uniform();
    }
  }
  [[nodiscard]] double at(Point place) const {
    const double x = place.x / knot_mm_ + 1e3;
    const double y = place.y / knot_mm_ + 1e3;
    const double fx = x - std::floor(x);
    const double fy = y - std::floor(y);
    const auto i = static_cast<std::size_t>(x);
    const auto j = static_cast<std::size_t>(y);
    const double upper = knot(i, j) * (1.0 - fx) + knot(i + 1, j) * fx;
    const double lower = knot(i, j + 1) * (1.0 - fx) + knot(i + 1, j + 1) * fx;
    return upper * (1.0 - fy) + lower * fy;
  }

 private:
  static constexpr std::size_t kSide = 16;
  [[nodiscard]] double knot(std::size_t i, std::size_t j) const {
    return knots_[(i % kSide) * kSide + j % kSide];
  }
  double knot_mm_;
  std::array<double, kSide * kSide> knots_{};
};

// A place with enough air in front of the detector for an opacity to be seen at all.
Point choose_place(const std::array<Lung, 2>& lungs, const Frame& frame, const Plane& air,
                   Rng& rng) {
  Point place;
  for (int attempt = 0; attempt < 200; ++attempt) {
    const Lung& lung = lungs[rng.below(2)];
    place = lung.place(rng.uniform(0.20, 0.86), rng.uniform(0.20, 0.86));
    const Point pixel = frame.to_pixel(place);
    const int x = static_cast<int>(pixel.x);
    const int y = static_cast<int>(pixel.y);
    if (x >= 8 && y >= 8 && x < air.width - 8 && y < air.height - 8 && air.at(x, y) > 75.0F) {
      break;
    }
  }
  return place;
}

PixelBox box_of(const Plane& fluid, float threshold) {
  int left = fluid.width;
  int top = fluid.height;
  int right = -1;
  int bottom = -1;
  for (int y = 0; y < fluid.height; ++y) {
    for (int x = 0; x < fluid.width; ++x) {
      if (fluid.at(x, y) > threshold) {
        left = std::min(left, x);
        right = std::max(right, x);
        top = std::min(top, y);
        bottom = std::max(bottom, y);
      }
    }
  }
  return {left, top, right - left + 1, bottom - top + 1};
}

}  // namespace

PixelBox add_opacity(int subtlety, const std::array<Lung, 2>& lungs, const Frame& frame, Rng& rng,
                     Tissues& tissues) {
  OSLER_CHECK(subtlety >= 1 && subtlety <= 5);
  const double depth = kFluid[static_cast<std::size_t>(subtlety - 1)] * rng.uniform(0.9, 1.1);
  const double radius = rng.uniform(26.0, 42.0) * (1.12 - 0.04 * subtlety);
  const Point middle = choose_place(lungs, frame, tissues.lung, rng);
  std::vector<Patch> patches{Patch::draw(middle, radius, rng)};
  for (auto more = rng.below(3); more > 0; --more) {
    const double angle = rng.uniform(0.0, 2.0 * std::numbers::pi);
    const double away = radius * rng.uniform(0.5, 1.0);
    patches.push_back(
        Patch::draw({middle.x + away * std::cos(angle), middle.y + away * std::sin(angle)},
                    radius * rng.uniform(0.4, 0.7), rng));
  }
  const Mottle mottle(rng.uniform(7.0, 11.0), rng);

  Plane fluid(frame.width(), frame.height());
  const Point pixel = frame.to_pixel(middle);
  const double reach = 3.4 * radius * frame.pixels_per_mm();
  const auto limit = [](double value, int most) {
    return static_cast<int>(std::clamp(value, 0.0, static_cast<double>(most)));
  };
  float most = 0.0F;
  for (int y = limit(pixel.y - reach, fluid.height); y < limit(pixel.y + reach, fluid.height);
       ++y) {
    for (int x = limit(pixel.x - reach, fluid.width); x < limit(pixel.x + reach, fluid.width);
         ++x) {
      const Point at = frame.to_body(x + 0.5, y + 0.5);
      double cover = 0.0;
      for (const Patch& patch : patches) {
        cover = std::max(cover, patch.cover(at));
      }
      const std::size_t i = fluid.index(x, y);
      const double filled = depth * cover * (0.7 + 0.6 * mottle.at(at));
      const float taken = std::min(static_cast<float>(filled), 0.8F * tissues.lung.values[i]);
      fluid.values[i] = taken;
      most = std::max(most, taken);
      tissues.lung.values[i] -= taken;
      tissues.soft.values[i] += taken;
    }
  }
  return box_of(fluid, 0.25F * most);
}

}  // namespace osler::dicom::phantom
