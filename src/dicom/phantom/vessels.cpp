#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "dicom/phantom/internal/body.h"

namespace osler::dicom::phantom {
namespace {

struct Branch {
  Point at;
  double angle;  // 0 away from the midline, positive downwards
  double radius;
  int generation;
};

Point step(Point from, int side, double angle, double length) {
  return {from.x + side * length * std::cos(angle), from.y + length * std::sin(angle)};
}

// One stretch of vessel to its next fork; the children are put on the stack.
void grow(const Branch& branch, const Lung& lung, Rng& rng, Painter& paint,
          std::vector<Branch>& stack) {
  // Vessels that run along the ray look short.
  const double length = (7.0 + 5.5 * branch.radius) * rng.uniform(0.55, 1.35);
  const double bend = rng.normal(0.0, 0.16);
  const Point middle = step(branch.at, lung.side(), branch.angle + 0.5 * bend, 0.5 * length);
  const Point end = step(middle, lung.side(), branch.angle + bend, 0.5 * length);
  if (branch.generation > 2 && lung.chord(end) < 12.0) {
    return;
  }
  const double end_radius = 0.90 * branch.radius;
  const std::array<Vertex, 3> axis{Vertex{branch.at.x, branch.at.y, branch.radius},
                                   Vertex{middle.x, middle.y, 0.95 * branch.radius},
                                   Vertex{end.x, end.y, end_radius}};
  paint.tube(axis, {}, 1.25);
  if (end_radius < 0.5 || branch.generation > 11) {
    return;
  }
  // Murray (1926): the cubes of the children's radii make the parent's.
  const double share = rng.uniform(0.45, 0.85);
  const double fork = rng.uniform(0.35, 0.85) * (rng.chance(0.5) ? 1.0 : -1.0);
  stack.push_back({end, branch.angle + bend - fork * (1.0 - share), end_radius * std::cbrt(share),
                   branch.generation + 1});
  stack.push_back({end, branch.angle + bend + fork * share, end_radius * std::cbrt(1.0 - share),
                   branch.generation + 1});
}

}  // namespace

void add_vessels(const Body& body, const std::array<Lung, 2>& lungs, const Frame& frame,
                 Plane& vessels) {
  Painter paint(frame, vessels);
  // Directions and radii of the lobar vessels: lower lobes are better supplied in the upright.
  constexpr std::array<std::array<double, 2>, 9> kLobar{{{-1.30, 2.6},
                                                         {-0.95, 2.9},
                                                         {-0.55, 2.7},
                                                         {-0.15, 2.6},
                                                         {0.25, 3.0},
                                                         {0.60, 3.5},
                                                         {0.90, 3.9},
                                                         {1.15, 3.9},
                                                         {1.40, 3.2}}};
  for (const Lung& lung : lungs) {
    Rng rng = Rng::named(body.detail, lung.side() < 0 ? "vessels right" : "vessels left");
    const Point hilum{lung.side() * 30.0, lung.side() < 0 ? -2.0 : -12.0};
    std::vector<Branch> stack;
    for (const auto& [angle, radius] : kLobar) {
      stack.push_back({{hilum.x, hilum.y + 9.0 * std::sin(angle)},
                       angle + rng.normal(0.0, 0.12),
                       1.15 * body.vessels * radius * rng.uniform(0.85, 1.15),
                       0});
    }
    while (!stack.empty()) {
      const Branch branch = stack.back();
      stack.pop_back();
      grow(branch, lung, rng, paint, stack);
    }
    // Vessels seen end-on: small round shadows that are no finding.
    const auto ends = 2 + rng.below(6);
    for (std::uint64_t i = 0; i < ends; ++i) {
      const Point at = lung.place(rng.uniform(0.35, 0.8), rng.uniform(0.2, 0.65));
      const double radius = rng.uniform(1.6, 3.4);
      paint.ellipsoid(at, {radius, radius}, 0.0, rng.uniform(5.0, 14.0));
    }
  }
}

}  // namespace osler::dicom::phantom
