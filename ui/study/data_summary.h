#pragma once

#include <QString>
#include <QStringList>
#include <string>

namespace lorascope::ui {

/// What a data file holds, or what is wrong with it.
struct DataSummary {
  qint64 num_examples = 0;
  QString counts;        ///< "3,394 sentences, 62,730 words, 1,975 entities"
  QString distribution;  ///< "person 660, location 548, …"
  QStringList remarks;   ///< oddities that are no errors
  QString problem;       ///< all problems of the file, one a line; empty when it can be read
};

/// Reads the whole file as its task does. For background threads; throws nothing.
DataSummary summarizeFile(const std::string& task, const QString& file);

}  // namespace lorascope::ui
