import './ui/fonts.css';
import './ui/tokens.css';
import './ui/frame.css';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { asProblem } from './api/problem';
import { App } from './app';
import { preferredLanguage, showLanguage } from './i18n';
import { languageKey } from './ui/language_choice';
import { stored } from './ui/theme';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 60_000,
      refetchOnWindowFocus: false,
      // A refusal is final until something changes; only silence is worth asking again.
      retry: (failures, error) => asProblem(error).unreachable && failures < 2,
    },
  },
});

await showLanguage(preferredLanguage(stored(languageKey), navigator.languages));

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
