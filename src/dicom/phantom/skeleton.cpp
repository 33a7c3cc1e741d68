#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "dicom/phantom/internal/body.h"

namespace osler::dicom::phantom {
namespace {

constexpr TubeKind kRibBone{.wall_mm = 1.1, .core = 0.22};
constexpr TubeKind kLongBone{.wall_mm = 1.7, .core = 0.22};

double spine_x(const Body& body, const Posture& posture, double y) {
  return body.scoliosis * std::sin((y + 160.0) / 130.0) - 6.0 * posture.rotation;
}

// Rib `number` of 1 to 11 as a hoop that starts at the spine, falls outwards to the chest wall and
// returns in front; the two halves overlap in the film and are painted apart so that both show.
void add_rib(const Body& body, const Posture& posture, const Lung& lung, int number,
             Painter& paint) {
  Rng rng = Rng::named(body.detail, "rib " + std::to_string(number * lung.side()));
  const double start =
      -152.0 + body.rib_pitch * (number - 1) + 0.25 * posture.inspiration + rng.uniform(-1.2, 1.2);
  const double drop = body.rib_drop * std::min(1.0, 0.42 + 0.16 * number) + rng.uniform(-3.0, 3.0);
  const double width = lung.lateral(start + 0.5 * drop) + 3.0;
  const double end = number <= 7 ? 2.55 : number <= 10 ? 2.35 - 0.22 * (number - 7) : 1.2;
  const double thick = (number == 1 ? 5.2 : 6.1) + rng.uniform(-0.4, 0.4);
  constexpr int kSteps = 26;
  std::vector<Vertex> back;
  std::vector<Vertex> front;
  for (int i = 0; i <= kSteps; ++i) {
    const double angle = 0.14 + (end - 0.14) * i / kSteps;
    const double out = width * std::sin(angle);
    const double fall = start + drop * 0.5 * (1.0 - std::cos(angle)) - 7.0 * std::sin(2.0 * angle);
    const double x = spine_x(body, posture, start) * (1.0 - out / width) + lung.side() * out +
                     4.0 * posture.rotation * (angle > 1.5 ? 1.0 : -0.5);
    const double radius = angle < 1.57 ? thick : thick * (1.05 + 0.12 * (angle - 1.57));
    if (angle <= 1.62) {
      back.push_back({x, fall, radius});
    }
    if (angle >= 1.5) {
      front.push_back({x, fall, radius});
    }
  }
  paint.tube(back, kRibBone, body.bone);
  paint.tube(front, kRibBone, 0.8 * body.bone);
}

void add_spine(const Body& body, const Posture& posture, const Frame& frame, Plane& bone) {
  Painter paint(frame, bone);
  double y = -224.0;
  for (int number = 0; number < 19; ++number) {
    const double height = 15.0 + 0.62 * number;
    const double half_width = 13.0 + 0.42 * number;
    const double x = spine_x(body, posture, y);
    const double gain = (6.0 + 0.25 * number) * body.bone;
    // The body of the vertebra: four overlapping ellipsoids make it square with hollow sides.
    const Point radii{0.62 * half_width, 0.60 * height};
    for (const int side : {-1, 1}) {
      paint.ellipsoid({x + side * 0.42 * half_width, y}, radii, 0.0, gain);
      const std::vector<Vertex> pedicle{{x + side * 0.62 * half_width, y - 2.5, 3.6},
                                        {x + side * 0.62 * half_width, y + 1.5, 3.6}};
      paint.tube(pedicle, {.wall_mm = 1.0, .core = 0.1}, 0.9 * body.bone);
      const std::vector<Vertex> process{{x + side * 0.8 * half_width, y - 2.0, 3.2},
                                        {x + side * (half_width + 15.0), y - 6.0, 3.6}};
      paint.tube(process, kRibBone, 0.7 * body.bone);
    }
    for (const double edge : {-0.46, 0.46}) {
      const std::vector<Vertex> plate{{x - half_width, y + edge * height, 1.0},
                                      {x + half_width, y + edge * height, 1.0}};
      paint.tube(plate, {}, 1.6 * body.bone);
    }
    paint.ellipsoid({x - 4.0 * posture.rotation, y + 0.55 * height}, {2.6, 6.0}, 0.0,
                    5.0 * body.bone);
    y += height + 4.5;
  }
}

void add_shoulder(const Body& body, const Posture& posture, int side, const Frame& frame,
                  Plane& bone) {
  Painter paint(frame, bone);
  const double s = side;
  const double turn = 10.0 * posture.rotation;
  const double up = posture.clavicle;
  const double inner = 13.0 + s * turn;
  const std::vector<Vertex> clavicle{
      {s * inner, -112.0, 8.0},           {s * (inner + 14.0), -116.0 - 0.3 * up, 6.6},
      {s * 55.0, -127.0 - 0.7 * up, 5.6}, {s * 90.0, -139.0 - up, 5.4},
      {s * 122.0, -149.0 - up, 5.8},      {s * 152.0, -150.0 - up, 6.6}};
  paint.tube(clavicle, kLongBone, 1.3 * body.bone);
  const double edge = posture.scapula;
  const std::vector<Vertex> border{{s * (edge - 8.0), -122.0, 2.6},
                                   {s * (edge - 2.0), -70.0, 2.6},
                                   {s * (edge + 13.0), -16.0, 3.4}};
  const std::vector<Vertex> outer{{s * (edge + 13.0), -16.0, 3.6},
                                  {s * (edge + 26.0), -62.0, 4.2},
                                  {s * (edge + 36.0), -108.0, 5.5}};
  const std::vector<Vertex> ridge{{s * (edge - 6.0), -118.0, 2.6},
                                  {s * (edge + 18.0), -134.0, 4.6},
                                  {s * (edge + 48.0), -152.0, 6.4}};
  paint.tube(border, kLongBone, 0.5 * body.bone);
  paint.tube(outer, kLongBone, 0.6 * body.bone);
  paint.tube(ridge, kLongBone, 0.8 * body.bone);
  paint.ellipsoid({s * (edge + 12.0), -78.0}, {22.0, 52.0}, s * -0.2,
                  1.6 * body.bone);                                           // the blade
  paint.ellipsoid({s * 181.0, -126.0}, {24.0, 25.0}, 0.0, 17.0 * body.bone);  // head of the humerus
  const std::vector<Vertex> humerus{{s * 182.0, -120.0, 16.0}, {s * 198.0, -60.0, 12.0}};
  paint.tube(humerus, {.wall_mm = 3.0, .core = 0.1}, body.bone);
}

}  // namespace

void add_skeleton(const Body& body, const Posture& posture, const std::array<Lung, 2>& lungs,
                  const Frame& frame, Plane& bone) {
  add_spine(body, posture, frame, bone);
  Painter paint(frame, bone);
  for (const Lung& lung : lungs) {
    for (int number = 1; number <= 11; ++number) {
      add_rib(body, posture, lung, number, paint);
    }
    add_shoulder(body, posture, lung.side(), frame, bone);
  }
  // The breastbone's upper part, seen through the mediastinum.
  paint.ellipsoid({9.0 * posture.rotation, -92.0}, {19.0, 24.0}, 0.0, 3.0 * body.bone);
}

}  // namespace osler::dicom::phantom
