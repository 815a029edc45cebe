#include "ui/plots/number_text.h"

#include <QStringList>
#include <algorithm>
#include <cmath>

namespace lorascope::ui {
namespace {

const QChar kMinus(0x2212);

QString superscript(int number) {
  static const QString digits = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
  QString text;
  for (const QChar c : QString::number(number)) text += c == '-' ? QChar(0x207B) : digits.at(c.digitValue());
  return text;
}

QString withRealMinus(QString text) {
  if (text.startsWith('-')) text[0] = kMinus;
  return text;
}

QString powerText(double value, int digits) {
  const QStringList parts = QString::number(value, 'e', std::max(0, digits - 1)).split('e');
  QString mantissa = parts[0];
  if (mantissa.contains('.')) {
    while (mantissa.endsWith('0')) mantissa.chop(1);
    if (mantissa.endsWith('.')) mantissa.chop(1);
  }
  return withRealMinus(mantissa) + QStringLiteral("·10") + superscript(parts[1].toInt());
}

}  // namespace

QString valueText(double value, int digits) {
  if (std::isnan(value)) return QStringLiteral("–");
  if (std::isinf(value)) return value > 0 ? QStringLiteral("∞") : kMinus + QStringLiteral("∞");
  if (value == 0) return QStringLiteral("0");
  const double size = std::abs(value);
  if (size < 1e-4 || size >= 1e12) return powerText(value, digits);
  const int whole_digits = static_cast<int>(std::floor(std::log10(size))) + 1;
  QString text = QString::number(value, 'f', std::max(0, digits - whole_digits));
  if (text.contains('.')) {
    while (text.endsWith('0')) text.chop(1);
    if (text.endsWith('.')) text.chop(1);
  }
  text = withRealMinus(text);
  const qsizetype end = text.contains('.') ? text.indexOf('.') : text.size();
  const qsizetype start = text.startsWith(kMinus) ? 1 : 0;
  for (qsizetype i = end - 3; i > start; i -= 3) text.insert(i, ',');
  return text;
}

}  // namespace lorascope::ui
