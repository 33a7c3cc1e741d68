#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/rng.h"
#include "dicom/phantom/internal/plane.h"

namespace osler::dicom::phantom {

enum class Sex : std::uint8_t { Female, Male };
enum class View : std::uint8_t { Pa, Ap };

// What stays the same in all films of a patient. Lengths in mm at the detector.
struct Body {
  [[nodiscard]] static Body draw(Sex sex, double age_years, Rng& rng);

  Sex sex = Sex::Female;
  double lung_half_width = 130.0;  // midline to the lateral lung edge
  double depth = 220.0;            // front to back, with the wall
  double wall = 28.0;              // lateral lung edge to skin
  double heart = 1.0;              // relative size
  double aorta = 0.5;              // 0 slim to 1 unfolded
  double scoliosis = 0.0;          // sideways bow of the spine
  double bone = 1.0;               // relative mineral
  double breast = 0.0;             // thickness in the middle
  double rib_pitch = 25.0;
  double rib_drop = 88.0;    // from spine to front end
  double vessels = 1.0;      // relative width
  double texture = 1.0;      // relative strength of fine lung markings
  std::uint64_t detail = 0;  // seed of what is drawn at random but belongs to the patient
};

// What changes from film to film.
struct Posture {
  [[nodiscard]] static Posture draw(View view, Rng& rng);

  View view = View::Pa;
  double inspiration = 0.0;  // mm by which the diaphragm stands lower than usual
  double rotation = 0.0;     // about the long axis: -1 to 1
  double clavicle = 0.0;     // mm by which the clavicles stand higher than usual
  double scapula = 150.0;    // medial border, from the midline
  Frame::Pose pose;
};

// One lung as seen from the front. side: -1 on the image's left (the patient's right), else +1.
class Lung {
 public:
  Lung(const Body& body, const Posture& posture, int side);

  // Path length through the air space at a point of the body frame, before the mediastinum takes
  // its share; 0 outside.
  [[nodiscard]] double chord(Point at) const;
  // A place inside: down from apex (0) to costophrenic angle (1), out from midline (0) to rib (1).
  [[nodiscard]] Point place(double down, double out) const;
  [[nodiscard]] double lateral(double y) const;
  [[nodiscard]] int side() const { return side_; }
  [[nodiscard]] double apex() const { return apex_; }
  [[nodiscard]] double dome() const { return dome_; }

 private:
  struct Row {
    double medial, lateral, depth;
  };
  [[nodiscard]] Row row(double y) const;

  int side_;
  double apex_;
  double base_;
  double dome_;
  double shift_;  // of the whole lung, sideways
  std::vector<Row> rows_;
};

// Path lengths in mm through what stands between tube and detector.
struct Tissues {
  Plane soft;
  Plane lung;
  Plane bone;
  Plane metal;
};

// The body without finding and without anything put on it.
[[nodiscard]] Tissues project(const Body& body, const Posture& posture,
                              const std::array<Lung, 2>& lungs, const Frame& frame);

// The parts of `project`, each in its own file.
void add_skeleton(const Body& body, const Posture& posture, const std::array<Lung, 2>& lungs,
                  const Frame& frame, Plane& bone);
void add_vessels(const Body& body, const std::array<Lung, 2>& lungs, const Frame& frame,
                 Plane& vessels);

}  // namespace osler::dicom::phantom
