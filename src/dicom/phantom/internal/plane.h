#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace osler::dicom::phantom {

// A grid of numbers, row-major from the upper left corner.
struct Plane {
  Plane() = default;
  Plane(int columns, int rows, float value = 0.0F);

  [[nodiscard]] std::size_t index(int x, int y) const {
    return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x);
  }
  [[nodiscard]] float& at(int x, int y) { return values[index(x, y)]; }
  [[nodiscard]] float at(int x, int y) const { return values[index(x, y)]; }

  int width = 0;
  int height = 0;
  std::vector<float> values;
};

struct Point {
  double x = 0.0;
  double y = 0.0;
};

// Where a body stands before the film. Body frame: mm at the detector, x towards the image's right
// (the patient's left), y down, origin in the midline at the level of the lung hila.
class Frame {
 public:
  struct Pose {
    Point shift_mm;
    double tilt_rad = 0.0;
    double zoom = 1.0;
  };
  Frame(int width, int height, double spacing_mm, const Pose& pose);

  [[nodiscard]] Point to_pixel(Point body_mm) const;
  [[nodiscard]] Point to_body(double x, double y) const;
  [[nodiscard]] double pixels_per_mm() const { return scale_; }
  [[nodiscard]] int width() const { return width_; }
  [[nodiscard]] int height() const { return height_; }

 private:
  int width_;
  int height_;
  double scale_;  // pixels per body mm
  double cosine_;
  double sine_;
  Point origin_;  // of the body frame, in pixels
};

// A point of a tube's axis with the tube's radius there, in body mm.
struct Vertex {
  double x = 0.0;
  double y = 0.0;
  double radius = 1.0;
};

// How much of a tube's chord counts: `wall_mm` of its rim fully, the rest by `core`.
struct TubeKind {
  double wall_mm = 1e9;  // thicker than the tube: solid
  double core = 1.0;
};

// Puts path lengths (mm) of round structures into a plane.
class Painter {
 public:
  // Ellipsoids that overlap: their chords add up, or the longest counts.
  enum class Overlap : std::uint8_t { Sum, Longest };
  Painter(const Frame& frame, Plane& target, Overlap overlap = Overlap::Sum);

  // A bent tube. Where its pieces overlap, the longer chord counts once.
  void tube(std::span<const Vertex> axis, const TubeKind& kind = {}, double gain = 1.0);
  // An ellipsoid with semi-axes (rx, ry) in the film's plane, turned by `turn_rad`, and `depth_mm`
  // along the ray in its middle.
  void ellipsoid(Point centre, Point radii, double turn_rad, double depth_mm);

 private:
  struct Box {
    int left, top, right, bottom;  // right and bottom excluded
  };
  [[nodiscard]] Box box(double left, double top, double right, double bottom) const;
  void piece(const Vertex& a, const Vertex& b, const TubeKind& kind, double gain);

  const Frame& frame_;
  Plane& target_;
  Overlap overlap_;
  std::vector<float> chord_;  // of the tube being painted; all 0 between calls
};

// Three box filters, close to a Gaussian of `sigma` pixels; the edge pixel goes on outside.
void blur(Plane& plane, double sigma);
// The same for wide kernels, on a grid made coarser by `step`.
void blur_coarsely(Plane& plane, double sigma, int step);
// A finer grid, between the knots of one that is coarser by `step` and has at least 2 x 2 of them.
[[nodiscard]] Plane enlarge(const Plane& coarse, int width, int height, int step);

}  // namespace osler::dicom::phantom
