#pragma once

#include <QString>
#include <vector>

#include "core/store/rows.h"

namespace lorascope::ui {

struct Colours;

/// One stored prediction as rich text: tags under their words with wrong ones marked, a passage with the right and the
/// guessed answer, or four continuations with the right and the guessed one. Colour is never the only mark.
QString predictionHtml(const store::Prediction& prediction, const std::string& task, const Colours& colours);

/// A passage with [begin, end) in code points marked as right (underlined) and as guessed (bold in brackets).
struct MarkedSpan {
  qint64 begin = -1, end = -1;
  bool contains(qint64 at) const { return at >= begin && at < end; }
};
QString markedPassage(const QString& passage, const MarkedSpan& right, const MarkedSpan& guessed,
                      const Colours& colours);

}  // namespace lorascope::ui
