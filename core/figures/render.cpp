#include "core/figures/render.h"

#include <algorithm>
#include <cctype>
#include <map>

namespace lorascope::figures {

std::optional<ImageFormat> image_format_of(const std::filesystem::path& file) {
  std::string ending = file.extension().string();
  std::transform(ending.begin(), ending.end(), ending.begin(), [](unsigned char c) { return std::tolower(c); });
  if (ending == ".pdf") return ImageFormat::Pdf;
  if (ending == ".svg") return ImageFormat::Svg;
  if (ending == ".png") return ImageFormat::Png;
  return std::nullopt;
}

bool has_own_palette(const RenderOptions& options) {
  return options.palette != Palette::Methods || !options.dashes;
}

FigureData with_palette(FigureData figure, const RenderOptions& options) {
  if (!has_own_palette(options)) return figure;
  // What had one colour keeps one grey: a curve, its band, its single seeds.
  std::map<std::string, int> order;
  const auto key = [](const LineStyle& style) { return style.method + rgb_text(line_colour(style, Theme::Light)); };
  const auto restyle = [&](LineStyle& style) {
    const int index = order.emplace(key(style), static_cast<int>(order.size())).first->second;
    style.dash = !options.dashes ? 0 : options.palette == Palette::Greys ? index : style.dash;
    if (options.palette != Palette::Greys) return;
    constexpr std::uint8_t kGreys[] = {0x1B, 0x6E, 0x94, 0x45};
    const std::uint8_t grey = kGreys[static_cast<std::size_t>(index) % std::size(kGreys)];
    style.colour = Rgb{grey, grey, grey};
    style.variation = 0;
  };
  for (Line& line : figure.lines) {
    if (line.style.role == Role::Main) restyle(line.style);
  }
  for (Line& line : figure.lines) {
    if (line.style.role != Role::Main) restyle(line.style);
  }
  for (Band& band : figure.bands) restyle(band.style);
  for (ReferenceLine& reference : figure.references) {
    if (reference.style) restyle(*reference.style);
  }
  return figure;
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
