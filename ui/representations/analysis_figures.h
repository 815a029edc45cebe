#pragma once

#include <QJsonObject>
#include <QString>
#include <string>
#include <vector>

#include "core/figures/figure_data.h"
#include "ui/plots/heat_map_view.h"

namespace lorascope::ui {

// What `lorascope analyse --what cka|distances|pca|sensitivity|probe --json` says, as figures.

/// Names of the models compared: of those that `key` of each result points at.
QStringList resultNames(const QJsonObject& analysis, const char* key);

/// What it was computed on: the file's name, or that the sentences were generated.
QString sourceName(const QJsonObject& analysis);

/// CKA of the layers of one model (rows, the last on top) against those of the first (columns).
HeatMap ckaMap(const QJsonObject& analysis, int result);
/// n, width and the floors with and without debiasing.
QString ckaCaption(const QJsonObject& analysis, int result);

/// Sensitivity by layer, a line a model with its bootstrap band; the middle and the base's layer 0 as references.
figures::FigureData sensitivityFigure(const QJsonObject& analysis);
/// Mean distance of each kind of pair by layer in one model.
figures::FigureData kindsFigure(const QJsonObject& analysis, int result);

/// A measure of "distances" by layer: "relative", "cosine" (with their bands), "procrustes", "rsa".
figures::FigureData distancesFigure(const QJsonObject& analysis, const QString& measure);

/// Coordinate of six tokens on one axis by layer, a line a token and model; the first token's are thick and named.
figures::FigureData axisFigure(const QJsonObject& analysis, int axis, int first_token);
/// The same tokens' ways through the plane of the first two axes, layer by layer.
figures::FigureData planeFigure(const QJsonObject& analysis, int first_token);

/// A score of the structural probe by layer with its controls: "uuas", "spearman", "root_accuracy", "selectivity".
figures::FigureData probeFigure(const QJsonObject& analysis, const QString& measure);

}  // namespace lorascope::ui
