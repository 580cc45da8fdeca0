"""Currencies and the number of decimals of their minor units (ISO 4217)."""

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from servicelead._fields import Validator, kind_of
from servicelead.exceptions import CurrencyError

if TYPE_CHECKING:
    from attrs import Attribute

__all__ = ["currency_code", "currency_exponent"]

_TWO_DECIMALS = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW
CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF
IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV
MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD
SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL
"""
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"

_EXPONENTS = MappingProxyType(
    {
        code: exponent
        for exponent, codes in ((2, _TWO_DECIMALS), (0, _NO_DECIMALS), (3, _THREE_DECIMALS), (4, _FOUR_DECIMALS))
        for code in codes.split()
    },
)


def currency_exponent(code: str) -> int:
    """Return the number of decimals of a currency's minor unit.

    Parameters
    ----------
    code
        An ISO 4217 code in capital letters. Metals, test codes and units of account without a minor unit (XAU,
        XTS, XDR ...) are not money here. Codes withdrawn since 2015 are kept for older data.

    Returns
    -------
    int
        0 for JPY, 2 for USD, 3 for KWD, 4 for CLF.

    Raises
    ------
    CurrencyError
        The code is not one of them.

    Examples
    --------
    >>> currency_exponent("USD"), currency_exponent("JPY"), currency_exponent("KWD")
    (2, 0, 3)
    """
    if code not in _EXPONENTS:
        raise CurrencyError(_complaint("currency", code))
    return _EXPONENTS[code]


def _complaint(name: str, code: object) -> str:
    return (
        f"{name} must be an ISO 4217 code with a minor unit, in capitals; got {kind_of(code)} that is none; "
        "write e.g. 'USD' or 'EUR', or leave the currency out"
    )


def currency_code() -> Validator:
    """Require a known currency code."""

    def check(instance: Any, attribute: "Attribute[Any]", value: Any) -> None:
        if not isinstance(value, str) or value not in _EXPONENTS:
            raise CurrencyError(_complaint(f"{type(instance).__name__}.{attribute.name}", value))

    return check
