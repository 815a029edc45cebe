#include "ui/plots/pin.h"

#include <QCoreApplication>
#include <QToolButton>
#include <QWidget>

#include "ui/widgets/icons.h"

namespace lorascope::ui {

const QEvent::Type PinEvent::kType = static_cast<QEvent::Type>(QEvent::registerEventType());

bool pin(QWidget* from, figures::ReportQuery query) {
  PinEvent event(std::move(query));
  for (QWidget* widget = from; widget != nullptr; widget = widget->parentWidget()) {
    event.ignore();
    if (QCoreApplication::sendEvent(widget, &event) && event.isAccepted()) return true;
  }
  return false;
}

figures::ReportQuery fixedQuery(figures::Content content) {
  figures::ReportQuery query;
  query.kind = figures::ReportKind::Fixed;
  query.fixed = std::make_shared<const figures::Content>(std::move(content));
  return query;
}

QToolButton* makePinButton(QWidget* card, PinQuery query) {
  QToolButton* button = makeIconButton(QStringLiteral("pin"), QObject::tr("Pin to the report"));
  button->setObjectName(QStringLiteral("pin"));
  QObject::connect(button, &QToolButton::clicked, card, [card, query = std::move(query)] { pin(card, query()); });
  return button;
}

}  // namespace lorascope::ui
