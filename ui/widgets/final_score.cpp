#include "ui/widgets/final_score.h"

#include "ui/widgets/number_format.h"

namespace lorascope::ui {

QString FinalScore::name() const {
  return QStringLiteral("%1 %2").arg(QString::fromStdString(split), metricText(metric));
}

FinalScore finalScore(const store::RunRecord& run) {
  const std::string selected_by = run.best ? run.best->metric : std::string("loss");
  for (const char* split : {"test", "eval"}) {
    const auto scores = run.result.scores.find(split);
    if (scores == run.result.scores.end()) {
      continue;
    }
    // A study may select by loss; people compare by F1 where there is one.
    for (const std::string& name : {std::string("f1"), selected_by}) {
      const auto found = scores->second.find(name);
      if (found != scores->second.end()) {
        return {split, name, found->second};
      }
    }
  }
  return {};
}

}  // namespace lorascope::ui
