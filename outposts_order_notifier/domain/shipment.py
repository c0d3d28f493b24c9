"""A line item's shipment in the form that events use. Pure."""

from urllib.parse import quote

from outposts_order_notifier.domain.event_types import Shipment
from outposts_order_notifier.domain.order import LineItem

# The carriers' public tracking pages, by the API's ShipmentCarrier.
TRACKING_PAGES = {
    "DBS": "https://www.dbschenker.com/app/tracking-public/?refNumber={}",
    "DHL": "https://www.dhl.com/global-en/home/tracking.html?tracking-id={}",
    "EXPEDITORS": "https://expo.expeditors.com/expo/SQGuest?SearchType=shipmentSearch&TrackingNumber={}",
    "FEDEX": "https://www.fedex.com/fedextrack/?trknbr={}",
    "UPS": "https://www.ups.com/track?tracknum={}",
}


def shipment_of(item: LineItem) -> Shipment | None:
    """Return a line item's shipment, or None if it has none yet."""
    information = item.get("ShipmentInformation")
    if information is None:
        return None
    carrier = information.get("ShipmentCarrier")
    number = information.get("ShipmentTrackingNumber")
    page = TRACKING_PAGES.get(carrier or "")
    url = page.format(quote(number, safe="")) if page and number else None
    return {"carrier": carrier, "trackingNumber": number, "trackingUrl": url}
