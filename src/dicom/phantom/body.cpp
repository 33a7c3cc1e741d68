#include "dicom/phantom/internal/body.h"

#include <algorithm>
#include <cmath>

namespace osler::dicom::phantom {
namespace {

constexpr std::size_t kRows = 257;

// A draw that cannot stray: normal, kept within 2.2 deviations.
double about(Rng& rng, double mean, double deviation) {
  return mean + deviation * std::clamp(rng.normal(), -2.2, 2.2);
}

}  // namespace

Body Body::draw(Sex sex, double age_years, Rng& rng) {
  const bool female = sex == Sex::Female;
  Body body;
  body.sex = sex;
  body.lung_half_width = about(rng, female ? 124.0 : 133.0, 5.0);
  body.depth = about(rng, female ? 215.0 : 232.0, 20.0);
  body.wall = about(rng, 25.0, 4.0);
  body.heart = about(rng, 0.90 + 0.0012 * (age_years - 50.0), 0.07);
  body.aorta = std::clamp(about(rng, 0.010 * (age_years - 20.0), 0.15), 0.0, 1.0);
  body.scoliosis = about(rng, 0.0, 3.5);
  body.bone = about(rng, (female ? 0.95 : 1.05) - 0.003 * (age_years - 50.0), 0.10);
  body.breast = female ? std::max(6.0, about(rng, 26.0, 9.0)) : 0.0;
  body.rib_pitch = about(rng, 24.5, 1.0);
  body.rib_drop = about(rng, 86.0, 8.0);
  body.vessels = about(rng, 1.0, 0.12);
  body.texture = about(rng, 0.8 + 0.005 * (age_years - 50.0), 0.2);
  body.detail = rng.next();
  return body;
}

Posture Posture::draw(View view, Rng& rng) {
  const bool ap = view == View::Ap;
  Posture posture;
  posture.view = view;
  posture.inspiration = about(rng, ap ? -11.0 : 0.0, ap ? 8.0 : 7.0);
  posture.rotation = about(rng, 0.0, ap ? 0.35 : 0.15);
  posture.clavicle = about(rng, ap ? 12.0 : 0.0, 5.0);
  posture.scapula = about(rng, ap ? 118.0 : 142.0, 6.0);
  posture.pose.shift_mm = {about(rng, 0.0, ap ? 7.0 : 4.0), about(rng, 2.0, ap ? 9.0 : 6.0)};
  posture.pose.tilt_rad = about(rng, 0.0, ap ? 0.030 : 0.012);
  posture.pose.zoom = about(rng, ap ? 1.03 : 0.99, 0.02);
  return posture;
}

Lung::Lung(const Body& body, const Posture& posture, int side)
    : side_(side),
      apex_(-160.0),
      base_(138.0 + posture.inspiration),
      dome_((side < 0 ? 76.0 : 88.0) + posture.inspiration),
      shift_(4.0 * posture.rotation),
      rows_(kRows) {
  // The hemithorax away from the detector looks a little wider.
  const double half_width = body.lung_half_width * (1.0 + 0.05 * side * posture.rotation);
  const double depth = body.depth - 42.0;
  for (std::size_t i = 0; i < kRows; ++i) {
    const double t = static_cast<double>(i) / (kRows - 1);
    const double flare = std::pow(1.0 - std::pow(1.0 - t, 2.1), 0.62);
    const double tuck = t > 0.82 ? 260.0 * (t - 0.82) * (t - 0.82) : 0.0;
    const double inner = std::pow(1.0 - std::pow(1.0 - t, 6.0), 0.7);
    rows_[i] = {46.0 - 39.0 * inner, 46.0 + (half_width - 46.0) * flare - tuck,
                depth * std::pow(1.0 - (1.0 - t) * (1.0 - t) * 0.985, 0.62)};
  }
}

Lung::Row Lung::row(double y) const {
  const double at = std::clamp((y - apex_) / (base_ - apex_), 0.0, 1.0) * (kRows - 1);
  const auto i = std::min(static_cast<std::size_t>(at), kRows - 2);
  const double f = at - static_cast<double>(i);
  const Row& a = rows_[i];
  const Row& b = rows_[i + 1];
  return {a.medial + f * (b.medial - a.medial), a.lateral + f * (b.lateral - a.lateral),
          a.depth + f * (b.depth - a.depth)};
}

double Lung::lateral(double y) const {
  return row(y).lateral;
}

double Lung::chord(Point at) const {
  if (at.y <= apex_ || at.y >= base_ + 40.0) {
    return 0.0;
  }
  const double out = side_ * (at.x - shift_);
  if (out <= 0.0) {
    return 0.0;
  }
  const Row here = row(at.y);
  const double v = 2.0 * (out - here.medial) / (here.lateral - here.medial) - 1.0;
  if (v <= -1.0 || v >= 1.0) {
    return 0.0;
  }
  double chord = here.depth * std::sqrt(1.0 - std::abs(v * v * v));
  // The diaphragm's dome leaves air before and behind it: a sphere's chord grows as a root.
  constexpr double kDomeMiddle = 58.0;
  constexpr double kDomeRadius = 62.0;
  const double from_middle = out - kDomeMiddle;
  const double dome = dome_ + (from_middle > 0.0 ? 0.0072 : 0.0020) * from_middle * from_middle;
  if (at.y > dome) {
    chord -= 2.0 * std::sqrt(2.0 * kDomeRadius * (at.y - dome)) + 1.1 * (at.y - dome);
  }
  return std::max(chord, 0.0);
}

Point Lung::place(double down, double out) const {
  const double y = apex_ + down * (base_ - apex_);
  const Row here = row(y);
  return {shift_ + side_ * (here.medial + out * (here.lateral - here.medial)), y};
}

}  // namespace osler::dicom::phantom
