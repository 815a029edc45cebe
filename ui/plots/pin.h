#pragma once

#include <QEvent>
#include <functional>

#include "core/figures/report_query.h"

class QToolButton;
class QWidget;

namespace lorascope::ui {

/// What a card wants to be kept in the report. Travels upwards from the card to the window; a query without runs is
/// about the runs that are shown.
class PinEvent : public QEvent {
 public:
  explicit PinEvent(figures::ReportQuery query) : QEvent(kType), query_(std::move(query)) {}

  static const QEvent::Type kType;
  const figures::ReportQuery& query() const { return query_; }

 private:
  figures::ReportQuery query_;
};

/// Gives the query of what is on show now.
using PinQuery = std::function<figures::ReportQuery()>;

/// Sends the query upwards from `from`. False where nobody keeps it.
bool pin(QWidget* from, figures::ReportQuery query);

/// Content as it is, which no rows give again.
figures::ReportQuery fixedQuery(figures::Content content);

/// A button for the header of a card without a plot's toolbar.
QToolButton* makePinButton(QWidget* card, PinQuery query);

}  // namespace lorascope::ui
