#pragma once

#include <QJsonObject>

namespace lorascope::test {

/// What `lorascope analyse` says of a base model, run 1 (FT) and run 4 (LoRA) with three layers: "sensitivity", "cka",
/// "distances", "pca" or "probe".
QJsonObject sample_analysis(const QString& what);

}  // namespace lorascope::test
