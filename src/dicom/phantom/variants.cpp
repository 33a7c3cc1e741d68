#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "dicom/phantom/internal/film.h"

namespace osler::dicom::phantom {
namespace {

// Random waves of deviation 1, as long as `sigma` pixels.
Plane waves(int width, int height, double sigma, Rng& rng) {
  Plane plane(width, height);
  for (float& value : plane.values) {
    value = static_cast<float>(rng.uniform(-1.0, 1.0));
  }
  blur(plane, sigma);
  // White noise of deviation 1/sqrt(3) keeps 1 / (2 sqrt(pi) sigma) of it after the blur.
  const auto gain = static_cast<float>(std::sqrt(3.0) * 2.0 * std::sqrt(std::numbers::pi) * sigma);
  for (float& value : plane.values) {
    value *= gain;
  }
  return plane;
}

// Aeration varies over the lungs: slow waves, and fine markings that are the patient's.
void vary_aeration(const Body& body, const Frame& frame, Rng& rng, Tissues& tissues) {
  constexpr int kStep = 4;
  constexpr double kSlowMm = 17.0;
  constexpr double kFineMm = 1.7;
  const double slow_px = kSlowMm * frame.pixels_per_mm() / kStep;
  const double fine_px = kFineMm * frame.pixels_per_mm();
  Rng detail = Rng::named(body.detail, "markings");
  const Plane slow = enlarge(waves((frame.width() + kStep - 1) / kStep,
                                   (frame.height() + kStep - 1) / kStep, slow_px, rng),
                             frame.width(), frame.height(), kStep);
  const Plane fine = waves(frame.width(), frame.height(), fine_px, detail);
  const auto slow_gain = static_cast<float>(rng.uniform(0.015, 0.05));
  const auto fine_gain = static_cast<float>(0.024 * body.texture);
  // A deep breath or an emphysema darkens both lungs, congestion whitens them.
  const auto all = static_cast<float>(0.055 * std::clamp(rng.normal(), -2.0, 2.2));
  for (std::size_t i = 0; i < slow.values.size(); ++i) {
    const float lung = tissues.lung.values[i];
    const float lost =
        std::clamp(lung * (all + slow_gain * slow.values[i] + fine_gain * fine.values[i]),
                   -0.2F * lung, 0.3F * lung);
    tissues.lung.values[i] -= lost;
    tissues.soft.values[i] += lost;
  }
}

void add_scars(const Body& body, const std::array<Lung, 2>& lungs, const Frame& frame,
               Tissues& tissues) {
  Rng rng = Rng::named(body.detail, "scars");
  Painter soft(frame, tissues.soft);
  Painter bone(frame, tissues.bone);
  for (int i = 0; i < 3; ++i) {
    if (!rng.chance(0.16)) {
      continue;
    }
    const Point at = lungs[rng.below(2)].place(rng.uniform(0.15, 0.8), rng.uniform(0.2, 0.8));
    const double angle = rng.uniform(-0.6, 0.6);
    const double length = rng.uniform(14.0, 42.0);
    const double radius = rng.uniform(0.9, 1.8);
    const std::vector<Vertex> line{
        {at.x, at.y, radius},
        {at.x + length * std::cos(angle), at.y + length * std::sin(angle), 0.6 * radius}};
    soft.tube(line, {}, 2.2);
  }
  if (rng.chance(0.14)) {
    const Point at = lungs[rng.below(2)].place(rng.uniform(0.2, 0.8), rng.uniform(0.2, 0.8));
    const double radius = rng.uniform(1.8, 3.2);
    bone.ellipsoid(at, {radius, radius}, 0.0, 1.6 * radius);
  }
}

// A fold of skin pressed against the cassette: dense up to a sharp edge, fading behind it.
void add_skin_fold(const Frame& frame, Rng& rng, Tissues& tissues) {
  const double side = rng.chance(0.5) ? 1.0 : -1.0;
  const double edge = rng.uniform(60.0, 115.0);
  const double lean = rng.uniform(-0.25, 0.25);
  const double bow = rng.uniform(-0.001, 0.001);
  const double thick = rng.uniform(4.0, 10.0);
  const double top = rng.uniform(-120.0, -40.0);
  const double bottom = top + rng.uniform(90.0, 170.0);
  for (int y = 0; y < frame.height(); ++y) {
    for (int x = 0; x < frame.width(); ++x) {
      const Point at = frame.to_body(x + 0.5, y + 0.5);
      if (at.y < top || at.y > bottom) {
        continue;
      }
      const double inward = edge + lean * at.y + bow * at.y * at.y - side * at.x;
      if (inward > 0.0) {
        const double ends = std::min({1.0, (at.y - top) / 25.0, (bottom - at.y) / 25.0});
        tissues.soft.at(x, y) += static_cast<float>(thick * ends * std::exp(-inward / 16.0));
      }
    }
  }
}

void add_electrodes(const Frame& frame, Rng& rng, Tissues& tissues) {
  Painter metal(frame, tissues.metal);
  Painter soft(frame, tissues.soft);
  const std::array<Point, 3> places{Point{rng.uniform(-115.0, -75.0), rng.uniform(-110.0, -70.0)},
                                    Point{rng.uniform(75.0, 115.0), rng.uniform(-110.0, -70.0)},
                                    Point{rng.uniform(70.0, 120.0), rng.uniform(40.0, 90.0)}};
  const double leave = rng.uniform(-60.0, 60.0);
  for (const Point& at : places) {
    metal.ellipsoid(at, {4.2, 4.2}, 0.0, 1.1);
    soft.ellipsoid(at, {13.0, 13.0}, 0.0, 3.5);
    std::vector<Vertex> wire;
    const double sag = rng.uniform(10.0, 40.0);
    for (int i = 0; i <= 12; ++i) {
      const double t = i / 12.0;
      wire.push_back({at.x + t * (leave - at.x) + sag * std::sin(3.0 * t),
                      at.y + t * (230.0 - at.y) + sag * std::sin(std::numbers::pi * t), 0.5});
    }
    metal.tube(wire, {}, 0.55);
  }
}

void add_lines(const Frame& frame, Rng& rng, Tissues& tissues) {
  Painter metal(frame, tissues.metal);
  if (rng.chance(0.25)) {  // a central line from the right subclavian vein
    const std::vector<Vertex> line{{-120.0, -150.0, 0.8},
                                   {-70.0, -128.0, 0.8},
                                   {-30.0, -106.0, 0.8},
                                   {-19.0, -80.0, 0.8},
                                   {-17.0, -20.0, 0.8}};
    metal.tube(line, {}, 0.28);
  }
  if (rng.chance(0.2)) {  // a feeding tube
    const std::vector<Vertex> tube{{2.0, -230.0, 1.6},
                                   {6.0, -60.0, 1.6},
                                   {12.0, 60.0, 1.6},
                                   {40.0, 130.0, 1.6},
                                   {70.0, 150.0, 1.6}};
    metal.tube(tube, {.wall_mm = 0.6, .core = 0.2}, 0.22);
  }
}

}  // namespace

void add_variants(const Body& body, const Posture& posture, const std::array<Lung, 2>& lungs,
                  const Frame& frame, Rng& rng, Tissues& tissues) {
  vary_aeration(body, frame, rng, tissues);
  add_scars(body, lungs, frame, tissues);
  const bool bedside = posture.view == View::Ap;
  if (rng.chance(bedside ? 0.30 : 0.05)) {
    add_skin_fold(frame, rng, tissues);
  }
  if (rng.chance(bedside ? 0.45 : 0.04)) {
    add_electrodes(frame, rng, tissues);
  }
  if (bedside) {
    add_lines(frame, rng, tissues);
  }
}

void add_marker(const Frame& frame, Rng& rng, Tissues& tissues) {
  Painter metal(frame, tissues.metal);
  // On the film, not on the body: the corner is the same however the patient stands.
  const double height = 12.0 * frame.pixels_per_mm();
  const double left = frame.width() - (24.0 + rng.uniform(0.0, 8.0)) * frame.pixels_per_mm();
  const double top = rng.uniform(18.0, 34.0) * frame.pixels_per_mm();
  const Point upper = frame.to_body(left, top);
  const Point corner = frame.to_body(left, top + height);
  const Point foot = frame.to_body(left + 0.6 * height, top + height);
  const std::vector<Vertex> letter{
      {upper.x, upper.y, 1.0}, {corner.x, corner.y, 1.0}, {foot.x, foot.y, 1.0}};
  metal.tube(letter, {}, 1.5);
}

}  // namespace osler::dicom::phantom
