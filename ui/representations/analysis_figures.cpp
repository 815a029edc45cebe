#include "ui/representations/analysis_figures.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QObject>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/figures/number_text.h"

namespace lorascope::ui {
namespace {

constexpr int kShownTokens = 6;

QJsonObject resultAt(const QJsonObject& analysis, int result) {
  return analysis.value("results").toArray().at(result).toObject();
}

QJsonObject subjectAt(const QJsonObject& analysis, int subject) {
  return analysis.value("subjects").toArray().at(subject).toObject();
}

/// NaN for null, which stands for a value that there is not.
double number(const QJsonValue& value) {
  return value.isDouble() ? value.toDouble() : std::numeric_limits<double>::quiet_NaN();
}

/// A style by method; models of one method vary in lightness.
figures::LineStyle styleOf(const QJsonObject& analysis, int subject) {
  const QJsonArray subjects = analysis.value("subjects").toArray();
  figures::LineStyle style;
  const QString method = subjectAt(analysis, subject).value("method").toString();
  style.method = method.toStdString();
  style.num_variations = 0;
  for (int i = 0; i < subjects.size(); ++i) {
    if (subjects[i].toObject().value("method").toString() != method) continue;
    if (i < subject) ++style.variation;
    ++style.num_variations;
  }
  style.markers = true;
  return style;
}

figures::Line lineOf(const QJsonObject& analysis, int subject) {
  figures::Line line;
  const QJsonObject about = subjectAt(analysis, subject);
  line.name = about.value("name").toString().toStdString();
  line.run_id = about.value("run").toInteger();
  line.style = styleOf(analysis, subject);
  return line;
}

figures::FigureData layerFigure(const QString& title, const QString& y_label) {
  figures::FigureData figure;
  figure.title = title.toStdString();
  figure.x.label = QObject::tr("layer (0: embeddings)").toStdString();
  figure.x.whole_numbers = true;
  figure.y.label = y_label.toStdString();
  figure.empty_reason = QObject::tr("nothing was computed yet").toStdString();
  return figure;
}

/// Adds `values` of consecutive layers as a line, with a band where it has ends.
void addLayers(figures::FigureData& figure, figures::Line line, const QJsonArray& layers, const QString& value,
               const QString& low = {}, const QString& high = {}) {
  figures::Band band;
  band.name = line.name;
  band.style = line.style;
  for (int layer = 0; layer < layers.size(); ++layer) {
    const QJsonObject numbers = layers[layer].toObject();
    const QJsonValue found = numbers.value(value);
    const QJsonObject spread = found.toObject();
    line.x.push_back(layer);
    line.y.push_back(number(spread.isEmpty() ? found : spread.value("mean")));
    band.x.push_back(layer);
    band.low.push_back(number(spread.isEmpty() ? numbers.value(low) : spread.value("low")));
    band.high.push_back(number(spread.isEmpty() ? numbers.value(high) : spread.value("high")));
  }
  if (std::any_of(band.low.begin(), band.low.end(), [](double end) { return std::isfinite(end); }))
    figure.bands.push_back(std::move(band));
  figure.lines.push_back(std::move(line));
}

std::string tokenName(const QJsonObject& analysis, int token) {
  return analysis.value("tokens").toArray().at(token).toString().toStdString();
}

double coordinate(const QJsonArray& layers, int layer, int token, int axis) {
  return number(layers[layer].toArray().at(token).toArray().at(axis));
}

QString shareText(const QJsonObject& analysis, int axis) {
  const double share = analysis.value("shares").toArray().at(axis).toDouble();
  return QObject::tr("axis %1 (%2 % of the variance)").arg(axis + 1).arg(100 * share, 0, 'f', 1);
}

}  // namespace

QStringList resultNames(const QJsonObject& analysis, const char* key) {
  QStringList names;
  for (const QJsonValue& result : analysis.value("results").toArray())
    names.append(subjectAt(analysis, result.toObject().value(QLatin1String(key)).toInt()).value("name").toString());
  return names;
}

QString sourceName(const QJsonObject& analysis) {
  const QString source = analysis.value("source").toString();
  return source.contains('/') ? QFileInfo(source).fileName() : QObject::tr("generated sentences");
}

HeatMap ckaMap(const QJsonObject& analysis, int result) {
  const QJsonObject found = resultAt(analysis, result);
  // [layer of the first][layer of the second]
  const QJsonArray values = found.value("values").toArray();
  HeatMap map;
  const QString first = subjectAt(analysis, found.value("first").toInt()).value("name").toString();
  const QString second = subjectAt(analysis, found.value("second").toInt()).value("name").toString();
  map.title = QObject::tr("CKA of %1 and %2").arg(first, second);
  map.row_label = second;
  map.column_label = first;
  const int rows = values.isEmpty() ? 0 : static_cast<int>(values[0].toArray().size());
  for (int column = 0; column < values.size(); ++column) map.columns.push_back(QString::number(column));
  for (int row = rows - 1; row >= 0; --row) {
    map.rows.push_back(QObject::tr("layer %1").arg(row));
    for (const QJsonValue& column : values) map.values.push_back(number(column.toArray().at(row)));
  }
  map.text = [](double value) { return QString::fromStdString(figures::fixed_number(value, 2)); };
  return map;
}

QString ckaCaption(const QJsonObject& analysis, int result) {
  const QJsonObject found = resultAt(analysis, result);
  return QObject::tr("Rows: layers of %1; columns: of the base. n = %L2 tokens of %3, width %4. Floor: tokens in random "
                     "order show at most %5; without debiasing noise would show %6.")
      .arg(subjectAt(analysis, found.value("second").toInt()).value("name").toString())
      .arg(analysis.value("tokens").toInteger())
      .arg(sourceName(analysis))
      .arg(analysis.value("width").toInteger())
      .arg(found.value("floor").toDouble(), 0, 'g', 2)
      .arg(QString::fromStdString(figures::fixed_number(found.value("plain_floor").toDouble(), 2)));
}

figures::FigureData sensitivityFigure(const QJsonObject& analysis) {
  figures::FigureData figure =
      layerFigure(QObject::tr("Sensitivity to meaning against form"), QObject::tr("d_M / (d_M + d_S)"));
  figure.note = QObject::tr("95 % of bootstrap samples over pairs").toStdString();
  const QJsonArray results = analysis.value("results").toArray();
  for (const QJsonValue& result : results) {
    const int subject = result.toObject().value("subject").toInt();
    addLayers(figure, lineOf(analysis, subject), result.toObject().value("layers").toArray(), "value", "low", "high");
  }
  if (results.isEmpty()) return figure;
  figure.references.push_back({false, 0.5, QObject::tr("blind to the difference").toStdString(), std::nullopt});
  const double floor = number(resultAt(analysis, 0).value("layers").toArray().at(0).toObject().value("value"));
  if (std::isfinite(floor))
    figure.references.push_back({false, floor, QObject::tr("layer 0 of the base").toStdString(), std::nullopt});
  return figure;
}

figures::FigureData kindsFigure(const QJsonObject& analysis, int result) {
  const QJsonObject found = resultAt(analysis, result);
  figures::FigureData figure = layerFigure(QObject::tr("Distance by kind of pair"), QObject::tr("mean distance"));
  figure.note = resultNames(analysis, "subject").value(result).toStdString();
  figure.y.minimum = 0;
  const QJsonObject kinds = found.value("kinds").toObject();
  const QStringList of_form = {"passive", "cleft", "dative", "adverb"};
  int forms = 0, meanings = 0;
  for (auto kind = kinds.begin(); kind != kinds.end(); ++kind) {
    figures::Line line;
    line.name = kind.key().toStdString();
    const bool is_form = of_form.contains(kind.key());
    // Two hues tell the sides apart: form like FT, meaning like LoRA.
    line.style.method = is_form ? "ft" : "lora";
    line.style.variation = is_form ? forms++ : meanings++;
    line.style.num_variations = 4;
    const QJsonArray means = kind.value().toArray();
    for (int layer = 0; layer < means.size(); ++layer) {
      line.x.push_back(layer);
      line.y.push_back(number(means[layer]));
    }
    figure.lines.push_back(std::move(line));
  }
  return figure;
}

figures::FigureData distancesFigure(const QJsonObject& analysis, const QString& measure) {
  const QString label = measure == "relative"     ? QObject::tr("‖h − h'‖ / ‖h‖ of a token")
                        : measure == "cosine"     ? QObject::tr("cosine of h and h'")
                        : measure == "procrustes" ? QObject::tr("residual after the best rotation")
                                                  : QObject::tr("correlation of token distances (RSA)");
  figures::FigureData figure = layerFigure(QObject::tr("How far the layers moved"), label);
  const bool has_band = measure == "relative" || measure == "cosine";
  figure.note = (has_band ? QObject::tr("mean, 5 % to 95 % of the tokens") : QObject::tr("against the base")).toStdString();
  for (const QJsonValue& result : analysis.value("results").toArray()) {
    const int subject = result.toObject().value("second").toInt();
    addLayers(figure, lineOf(analysis, subject), result.toObject().value("layers").toArray(), measure);
  }
  return figure;
}

figures::FigureData axisFigure(const QJsonObject& analysis, int axis, int first_token) {
  figures::FigureData figure = layerFigure(QObject::tr("Tokens over the layers"), shareText(analysis, axis));
  const QJsonArray results = analysis.value("results").toArray();
  const auto tokens = static_cast<int>(analysis.value("tokens").toArray().size());
  for (const QJsonValue& result : results) {
    const int subject = result.toObject().value("subject").toInt();
    const QJsonArray layers = result.toObject().value("points").toArray();
    for (int token = first_token; token < std::min(tokens, first_token + kShownTokens); ++token) {
      figures::Line line = lineOf(analysis, subject);
      line.name = tokenName(analysis, token) + ", " + line.name;
      if (token > first_token) line.style.role = figures::Role::Single;
      for (int layer = 0; layer < layers.size(); ++layer) {
        line.x.push_back(layer);
        line.y.push_back(coordinate(layers, layer, token, axis));
      }
      figure.lines.push_back(std::move(line));
    }
  }
  return figure;
}

figures::FigureData planeFigure(const QJsonObject& analysis, int first_token) {
  figures::FigureData figure = layerFigure(QObject::tr("Ways of tokens through the layers"), shareText(analysis, 1));
  figure.note = QObject::tr("axes shared by all models and layers; each way begins at the embeddings").toStdString();
  figure.x.label = shareText(analysis, 0).toStdString();
  figure.x.whole_numbers = false;
  const auto tokens = static_cast<int>(analysis.value("tokens").toArray().size());
  for (const QJsonValue& result : analysis.value("results").toArray()) {
    const int subject = result.toObject().value("subject").toInt();
    const QJsonArray layers = result.toObject().value("points").toArray();
    for (int token = first_token; token < std::min(tokens, first_token + kShownTokens); ++token) {
      // A line's points are drawn from left to right, so that a way is one line a step; the first token's last is named.
      for (int layer = 0; layer + 1 < layers.size(); ++layer) {
        figures::Line line = lineOf(analysis, subject);
        line.name = tokenName(analysis, token) + ", " + line.name;
        if (token > first_token || layer + 2 < layers.size()) line.style.role = figures::Role::Single;
        for (const int end : {layer, layer + 1}) {
          line.x.push_back(coordinate(layers, end, token, 0));
          line.y.push_back(coordinate(layers, end, token, 1));
        }
        figure.lines.push_back(std::move(line));
      }
    }
  }
  return figure;
}

figures::FigureData probeFigure(const QJsonObject& analysis, const QString& measure) {
  const QString label = measure == "uuas"       ? QObject::tr("UUAS: edges found")
                        : measure == "spearman" ? QObject::tr("distance correlation")
                        : measure == "selectivity" ? QObject::tr("UUAS above the control's")
                                                   : QObject::tr("root accuracy");
  figures::FigureData figure = layerFigure(QObject::tr("Structural probe"), label);
  figure.note = QObject::tr("%1 sentences, rank %2")
                    .arg(analysis.value("sentences").toInt())
                    .arg(analysis.value("rank").toInt())
                    .toStdString();
  for (const QJsonValue& result : analysis.value("results").toArray()) {
    const int subject = result.toObject().value("subject").toInt();
    const QJsonArray layers = result.toObject().value("layers").toArray();
    addLayers(figure, lineOf(analysis, subject), layers, measure);
    if (measure != "uuas") continue;
    figures::Line control = lineOf(analysis, subject);
    control.name += QObject::tr(", random trees").toStdString();
    control.style.role = figures::Role::Single;
    addLayers(figure, control, layers, QStringLiteral("control_uuas"));
  }
  return figure;
}

}  // namespace lorascope::ui
