#include "core/figures/render.h"

#include <algorithm>
#include <cctype>

namespace lorascope::figures {

std::optional<ImageFormat> image_format_of(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  if (ending == ".pdf") return ImageFormat::Pdf;
  if (ending == ".svg") return ImageFormat::Svg;
  if (ending == ".png") return ImageFormat::Png;
  return std::nullopt;
}

std::string render_drawing(const Drawing& drawing, ImageFormat format, double dpi) {
  switch (format) {
    case ImageFormat::Pdf:
      return render_pdf(drawing);
    case ImageFormat::Svg:
      return render_svg(drawing);
    case ImageFormat::Png:
      return render_png(drawing, dpi);
  }
  return {};
}

std::string render(const FigureData& figure, ImageFormat format, const RenderOptions& options) {
  return render_drawing(layout_figure(figure, options), format, options.dpi);
}

}  // namespace lorascope::figures
