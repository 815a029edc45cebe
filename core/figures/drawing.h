#pragma once

#include <string>
#include <variant>
#include <vector>

#include "core/figures/plot_style.h"
#include "core/figures/thinning.h"

namespace lorascope::figures {

// A figure as shapes on a page, in points (1/72 inch), y downwards, before any file format.

struct Box {
  double left = 0, top = 0, right = 0, bottom = 0;

  double width() const { return right - left; }
  double height() const { return bottom - top; }
  bool contains(const Box& other, double slack = 0) const {
    return other.left >= left - slack && other.right <= right + slack && other.top >= top - slack &&
           other.bottom <= bottom + slack;
  }
  bool overlaps(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

/// What a shape belongs to; tests ask for it, renderers do not.
enum class Part { Title, Note, Grid, Axis, Tick, AxisLabel, Data, Band, Reference, Name, Legend };

enum class Anchor { Start, Middle, End };

struct DrawnText {
  Part part = Part::Title;
  std::string text;
  Point at;  ///< on the baseline, at the anchor
  double size = 8;
  Rgb colour;
  bool bold = false;
  Anchor anchor = Anchor::Start;
  bool upwards = false;  ///< turned by 90° against the clock: reads from bottom to top
  Box box;               ///< what it covers
};

/// A line through points, or a filled area.
struct DrawnPath {
  Part part = Part::Data;
  std::vector<Point> points;
  Rgb colour;
  double opacity = 1;
  double width = 1;            ///< of the line; unused when filled
  std::vector<double> dashes;  ///< in points; empty: solid
  bool filled = false;
  bool clipped = false;  ///< to the plot's box
};

/// Dots of one diameter.
struct DrawnDots {
  Part part = Part::Data;
  std::vector<Point> points;
  Rgb colour;
  double opacity = 1;
  double diameter = 3;
  bool clipped = false;
};

using DrawnShape = std::variant<DrawnPath, DrawnDots, DrawnText>;

struct Drawing {
  double width = 0, height = 0;
  Rgb ground;
  Box plot;  ///< inside the axes
  std::vector<DrawnShape> shapes;
  std::string title, description;  ///< for people who cannot see it
  std::string font_family;
};

}  // namespace lorascope::figures
