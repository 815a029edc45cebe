#include <cairo-pdf.h>
#include <cairo.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <memory>

#include "core/base/error.h"
#include "core/figures/render.h"
#include "core/figures/text_measure.h"

namespace lorascope::figures {
namespace {

constexpr double kPointsPerInch = 72;

struct SurfaceDeleter {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
};
using Surface = std::unique_ptr<cairo_surface_t, SurfaceDeleter>;

struct CairoDeleter {
  void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
};
using Cairo = std::unique_ptr<cairo_t, CairoDeleter>;

cairo_status_t append(void* target, const unsigned char* data, unsigned int length) {
  static_cast<std::string*>(target)->append(reinterpret_cast<const char*>(data), length);
  return CAIRO_STATUS_SUCCESS;
}

void set_colour(cairo_t* cairo, Rgb colour, double opacity = 1) {
  cairo_set_source_rgba(cairo, colour.red / 255.0, colour.green / 255.0, colour.blue / 255.0, opacity);
}

// Draws shapes one after another on one page.
class Painter {
 public:
  Painter(cairo_t* cairo, const Drawing& drawing) : cairo_(cairo), drawing_(drawing) {
    cairo_set_line_join(cairo_, CAIRO_LINE_JOIN_ROUND);
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_set_font_options(cairo_, options);
    cairo_font_options_destroy(options);
  }

  void paint() {
    set_colour(cairo_, drawing_.ground);
    cairo_paint(cairo_);
    for (const DrawnShape& shape : drawing_.shapes) {
      cairo_save(cairo_);
      std::visit([this](const auto& one) { draw(one); }, shape);
      cairo_restore(cairo_);
    }
  }

 private:
  void clip() {
    const Box& plot = drawing_.plot;
    // Half a line's width of air: a curve on the lowest value is not cut in half.
    cairo_rectangle(cairo_, plot.left - 1, plot.top - 1, plot.width() + 2, plot.height() + 2);
    cairo_clip(cairo_);
  }

  void draw(const DrawnPath& path) {
    if (path.points.empty()) return;
    if (path.clipped) clip();
    cairo_move_to(cairo_, path.points.front().x, path.points.front().y);
    for (const Point& point : path.points) cairo_line_to(cairo_, point.x, point.y);
    set_colour(cairo_, path.colour, path.opacity);
    if (path.filled) {
      cairo_close_path(cairo_);
      cairo_fill(cairo_);
      return;
    }
    // A single point is a dot of the line's width; butt caps would hide it.
    cairo_set_line_cap(cairo_, path.points.size() == 1 ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
    cairo_set_line_width(cairo_, path.width);
    cairo_set_dash(cairo_, path.dashes.data(), static_cast<int>(path.dashes.size()), 0);
    cairo_stroke(cairo_);
  }

  void draw(const DrawnDots& dots) {
    if (dots.clipped) clip();
    set_colour(cairo_, dots.colour, dots.opacity);
    for (const Point& point : dots.points) {
      cairo_new_sub_path(cairo_);
      cairo_arc(cairo_, point.x, point.y, dots.diameter / 2, 0, 2 * M_PI);
      cairo_fill(cairo_);
    }
  }

  void draw(const DrawnText& text) {
    if (text.text.empty()) return;
    cairo_select_font_face(cairo_, drawing_.font_family.c_str(), CAIRO_FONT_SLANT_NORMAL,
                           text.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    set_colour(cairo_, text.colour);
    const double extent = text.upwards ? text.box.height() : text.box.width();
    const double before = text.anchor == Anchor::Start ? 0 : text.anchor == Anchor::Middle ? extent / 2 : extent;
    cairo_translate(cairo_, text.at.x, text.at.y);
    if (text.upwards) cairo_rotate(cairo_, -M_PI / 2);
    cairo_move_to(cairo_, -before, 0);
    for (const auto& [run, raised] : text_runs(text.text)) {
      cairo_set_font_size(cairo_, raised ? text.size * kRaisedSize : text.size);
      if (raised) cairo_rel_move_to(cairo_, 0, -text.size * kRaisedBy);
      cairo_show_text(cairo_, run.c_str());
      if (raised) cairo_rel_move_to(cairo_, 0, text.size * kRaisedBy);
    }
  }

  cairo_t* cairo_;
  const Drawing& drawing_;
};

void paint(cairo_surface_t* surface, const Drawing& drawing, double scale) {
  const Cairo cairo(cairo_create(surface));
  cairo_scale(cairo.get(), scale, scale);
  Painter(cairo.get(), drawing).paint();
  if (const cairo_status_t status = cairo_status(cairo.get()); status != CAIRO_STATUS_SUCCESS) {
    throw Error(std::string("cannot draw the figure: ") + cairo_status_to_string(status),
                "a smaller size or a lower resolution needs less memory");
  }
}

std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFu;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned char>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

// Cairo writes no resolution; without it a word processor shows the picture at the wrong size.
std::string with_resolution(const std::string& png, double dpi) {
  constexpr std::size_t kEndOfHeader = 8 + 25;  // signature; length, "IHDR", 13 bytes, checksum
  const auto per_metre = static_cast<std::uint32_t>(std::lround(dpi / 0.0254));
  const std::string chunk = "pHYs" + big_endian(per_metre) + big_endian(per_metre) + '\1';
  return png.substr(0, kEndOfHeader) + big_endian(9) + chunk + big_endian(crc32(chunk)) + png.substr(kEndOfHeader);
}

}  // namespace

std::string render_pdf(const Drawing& drawing) {
  std::string bytes;
  const Surface surface(cairo_pdf_surface_create_for_stream(append, &bytes, drawing.width, drawing.height));
  // The date would differ with every export of the same rows.
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z");
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_CREATOR, "Lorascope");
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_TITLE, drawing.title.c_str());
  cairo_pdf_surface_set_metadata(surface.get(), CAIRO_PDF_METADATA_SUBJECT, drawing.description.c_str());
  paint(surface.get(), drawing, 1);
  cairo_surface_finish(surface.get());
  if (const cairo_status_t status = cairo_surface_status(surface.get()); status != CAIRO_STATUS_SUCCESS) {
    throw Error(std::string("cannot write the PDF: ") + cairo_status_to_string(status));
  }
  return bytes;
}

std::string render_png(const Drawing& drawing, double dpi) {
  const double scale = dpi / kPointsPerInch;
  const int width = static_cast<int>(std::lround(drawing.width * scale));
  const int height = static_cast<int>(std::lround(drawing.height * scale));
  const Surface surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height));
  paint(surface.get(), drawing, scale);
  std::string bytes;
  const cairo_status_t status = cairo_surface_write_to_png_stream(surface.get(), append, &bytes);
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(std::string("cannot write the PNG: ") + cairo_status_to_string(status));
  }
  return with_resolution(bytes, dpi);
}

}  // namespace lorascope::figures
