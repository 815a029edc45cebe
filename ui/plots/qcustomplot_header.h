#pragma once

// QCustomPlot's header is written with Qt's lower-case keywords, which the whole project switches off (QT_NO_KEYWORDS).
#include <QObject>

#define signals Q_SIGNALS
#define slots Q_SLOTS
#define emit
#define foreach Q_FOREACH
#include <qcustomplot.h>
#undef signals
#undef slots
#undef emit
#undef foreach
