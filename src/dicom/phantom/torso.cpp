#include <algorithm>
#include <cmath>
#include <vector>

#include "dicom/phantom/internal/body.h"

namespace osler::dicom::phantom {
namespace {

// Path length through trunk, shoulders and neck at a point of the body frame.
double trunk_chord(const Body& body, Point at) {
  const double across = std::abs(at.x);
  // Half-width of the trunk; above the armpit it widens into the shoulder.
  double half_width = body.lung_half_width + body.wall;
  if (at.y < -35.0) {
    half_width += 0.012 * (at.y + 35.0) * (at.y + 35.0);
  } else if (at.y > 60.0) {
    half_width -= 0.05 * (at.y - 60.0);
  }
  double chord = 0.0;
  if (across < half_width) {
    const double v = across / half_width;
    chord = body.depth * std::sqrt(1.0 - v * v * v);
    // The chest is shallower towards the shoulders.
    chord *= at.y < -60.0 ? std::max(0.55, 1.0 + 0.0040 * (at.y + 60.0)) : 1.0;
  }
  // Above the shoulders' contour only the neck goes on.
  const double slope = std::max(across - 48.0, 0.0);
  const double below = at.y - (-196.0 + 0.055 * slope * std::sqrt(slope));
  const double shoulder = below > 0.0 ? 2.0 * std::sqrt(std::min(below, 1e3) * 55.0) * 1.35 : 0.0;
  constexpr double kNeck = 60.0;
  const double neck =
      across < kNeck ? 125.0 * std::sqrt(1.0 - (across * across) / (kNeck * kNeck)) : 0.0;
  return std::min(chord, std::max(shoulder, neck));
}

// What takes the lungs' place in the middle: heart, great vessels, the rest of the mediastinum.
Plane mediastinum(const Body& body, const Posture& posture, const Frame& frame) {
  Plane plane(frame.width(), frame.height());
  Painter paint(frame, plane, Painter::Overlap::Longest);
  const double size = body.heart * (posture.view == View::Ap ? 1.10 : 1.0);
  const double turn = 9.0 * posture.rotation;
  const double drop = 0.55 * posture.inspiration;
  const double arch = body.aorta;
  paint.ellipsoid({turn, -75.0}, {23.0 + 4.0 * arch, 122.0}, 0.0, 170.0);
  paint.ellipsoid({turn + 25.0 * size, 43.0 + drop}, {59.0 * size, 42.0 * size}, 0.58, 125.0);
  paint.ellipsoid({turn - 12.0 * size, 40.0 + drop}, {31.0 * size, 43.0 * size}, 0.0, 105.0);
  paint.ellipsoid({turn + 6.0, 62.0 + drop}, {47.0 * size, 32.0 * size}, 0.12, 110.0);
  paint.ellipsoid({turn + 17.0, -8.0}, {20.0, 33.0}, 0.25, 105.0);  // pulmonary trunk
  paint.ellipsoid({turn + 17.0 + 6.0 * arch, -48.0}, {17.0 + 5.0 * arch, 17.0 + 5.0 * arch}, 0.0,
                  115.0);                                            // aortic knob
  paint.ellipsoid({turn - 17.0, -40.0}, {13.0, 80.0}, 0.05, 100.0);  // superior vena cava
  Painter more(frame, plane);
  const double sway = 6.0 + 9.0 * arch;
  const std::vector<Vertex> aorta{{turn + 20.0, -48.0, 13.0},
                                  {turn + 17.0 + sway, -5.0, 12.5},
                                  {turn + 13.0 + sway, 40.0, 12.0},
                                  {turn + 8.0, 110.0, 11.0}};
  more.tube(aorta);
  // Hila: lumps of vessels and nodes.
  more.ellipsoid({turn - 33.0, 0.0}, {12.0, 20.0}, 0.35, 40.0 * body.vessels);
  more.ellipsoid({turn - 41.0, 14.0}, {7.0, 20.0}, -0.25, 26.0 * body.vessels);
  more.ellipsoid({turn + 37.0, -12.0}, {11.0, 17.0}, -0.35, 40.0 * body.vessels);
  // The fat pad in the left cardiophrenic angle.
  more.ellipsoid({turn + 74.0 * size, 84.0 + posture.inspiration}, {22.0, 13.0}, 0.4, 28.0);
  return plane;
}

// Air that is not lung: windpipe, main bronchi, stomach bubble, a loop of colon.
Plane gas(const Body& body, const Posture& posture, const Lung& left, const Frame& frame) {
  Plane plane(frame.width(), frame.height());
  Painter paint(frame, plane);
  const double turn = 5.0 * posture.rotation;
  const double bow = -3.0 * body.aorta;
  const std::vector<Vertex> windpipe{
      {turn, -230.0, 9.0}, {turn, -120.0, 8.8}, {turn + bow, -75.0, 8.5}, {turn + 1.0, -44.0, 8.5}};
  const std::vector<Vertex> right{
      {turn + 1.0, -46.0, 6.5}, {turn - 16.0, -30.0, 6.3}, {turn - 30.0, -8.0, 5.0}};
  const std::vector<Vertex> left_main{
      {turn + 1.0, -46.0, 6.0}, {turn + 20.0, -31.0, 5.8}, {turn + 38.0, -20.0, 4.6}};
  paint.tube(windpipe);
  paint.tube(right);
  paint.tube(left_main);
  Rng rng = Rng::named(body.detail, "gas");
  if (rng.chance(0.75)) {
    const double size = rng.uniform(12.0, 28.0);
    paint.ellipsoid({rng.uniform(48.0, 78.0), left.dome() + 0.55 * size + 12.0},
                    {1.3 * size, 0.55 * size}, rng.uniform(-0.2, 0.2), 1.3 * size);
  }
  if (rng.chance(0.35)) {
    paint.ellipsoid({rng.uniform(85.0, 115.0), left.dome() + rng.uniform(52.0, 70.0)}, {18.0, 12.0},
                    0.5, 26.0);
  }
  return plane;
}

void add_soft_parts(const Body& body, const Posture& posture, const Frame& frame, Plane& soft) {
  Painter paint(frame, soft);
  Rng rng = Rng::named(body.detail, "breast");
  const double spread = rng.uniform(78.0, 90.0);
  const double low = rng.uniform(52.0, 78.0);
  for (const int side : {-1, 1}) {
    const std::vector<Vertex> arm{{side * 186.0, -118.0, 34.0}, {side * 212.0, -30.0, 36.0}};
    paint.tube(arm);
    const Point centre{side * spread + 6.0 * posture.rotation, low + rng.uniform(-5.0, 5.0)};
    if (body.sex == Sex::Female) {
      // A flat upper half and a full lower one, whose edge crosses the lung base.
      paint.ellipsoid({centre.x, centre.y - 14.0}, {60.0, 70.0}, side * 0.25, 0.45 * body.breast);
      paint.ellipsoid(centre, {54.0, 46.0}, side * 0.15, 0.65 * body.breast);
    } else {
      paint.ellipsoid({centre.x, centre.y - 45.0}, {62.0, 52.0}, side * 0.3,
                      10.0);  // pectoral muscle
    }
    if (rng.chance(0.3)) {
      paint.ellipsoid({centre.x + side * 4.0, centre.y + 16.0}, {4.5, 4.5}, 0.0, 7.0);  // nipple
    }
  }
}

}  // namespace

Tissues project(const Body& body, const Posture& posture, const std::array<Lung, 2>& lungs,
                const Frame& frame) {
  const Plane middle = mediastinum(body, posture, frame);
  const Plane air = gas(body, posture, lungs[1], frame);
  Plane vessels(frame.width(), frame.height());
  add_vessels(body, lungs, frame, vessels);

  Tissues tissues{Plane(frame.width(), frame.height()), Plane(frame.width(), frame.height()),
                  Plane(frame.width(), frame.height()), Plane(frame.width(), frame.height())};
  for (int y = 0; y < frame.height(); ++y) {
    for (int x = 0; x < frame.width(); ++x) {
      const std::size_t i = middle.index(x, y);
      const Point at = frame.to_body(x + 0.5, y + 0.5);
      const auto trunk = static_cast<float>(trunk_chord(body, at));
      const auto open = static_cast<float>(lungs[0].chord(at) + lungs[1].chord(at));
      const float space = std::clamp(open - middle.values[i], 0.0F, std::max(trunk - 22.0F, 0.0F));
      const float lung = space - std::min(vessels.values[i], 0.85F * space);
      tissues.lung.values[i] = lung;
      tissues.soft.values[i] =
          std::max(trunk - lung - std::min(1.5F * air.values[i], 0.7F * trunk), 0.0F);
    }
  }
  add_soft_parts(body, posture, frame, tissues.soft);
  add_skeleton(body, posture, lungs, frame, tissues.bone);
  return tissues;
}

}  // namespace osler::dicom::phantom
