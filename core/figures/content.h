#pragma once

#include <string>
#include <variant>

#include "core/figures/figure_data.h"
#include "core/figures/heat_map.h"
#include "core/figures/parallel_figure.h"
#include "core/figures/render.h"
#include "core/figures/table_data.h"

namespace lorascope::figures {

/// Anything that a report can hold: exported by the same functions, whatever it is.
using Content = std::variant<FigureData, HeatMapData, ParallelData, TableData>;

bool is_table(const Content& content);
/// Whether there is nothing to show.
bool is_empty(const Content& content);
const std::string& title_of(const Content& content);
const std::string& note_of(const Content& content);

/// The picture; not of tables.
Drawing layout_content(const Content& content, const RenderOptions& options = {});
/// The numbers that are drawn, or the table.
std::string content_csv(const Content& content);
/// LaTeX: pgfplots source of a picture, a booktabs table of a table.
std::string content_latex(const Content& content, const RenderOptions& options = {});
/// What is drawn as a table: the table twin.
TableData content_table(const Content& content);

/// JSON text of everything in the content, and back. Numbers come back exactly; NaN is null. Throws StoreError for text
/// that is no content.
std::string content_json(const Content& content);
Content content_from_json(const std::string& json);

}  // namespace lorascope::figures
