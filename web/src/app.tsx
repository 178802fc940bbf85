import { lazy, Suspense, useEffect } from 'react';
import { useProgramme } from './api/queries';
import { useText } from './i18n';
import { useAddress } from './ui/address';
import { ErrorNotice, Loading } from './ui/states';
import { useAppearance } from './ui/theme';
import { TopBar } from './ui/top_bar';

// Each page is its own bundle: the dashboard must not wait for the map (budget in scripts/budget.mjs).
const MapPage = lazy(() => import('./map/map_page'));
const Dashboard = lazy(() => import('./places/report/dashboard'));

export function App() {
  const t = useText();
  const appearance = useAppearance();
  const [address] = useAddress();
  const programme = useProgramme();
  const name = programme.data?.name;

  useEffect(() => {
    const page = t(address.page === 'map' ? 'page.map' : 'page.report');
    document.title = name ? `${page} · ${name} · Firmground` : 'Firmground';
  }, [name, address.page, t]);

  return (
    <div className={`frame frame-${address.page}`}>
      <a className="skip" href="#content" onClick={(event) => { event.preventDefault(); document.getElementById('content')?.focus(); }}>
        {t('frame.skip')}
      </a>
      <TopBar programme={programme.data} appearance={appearance} />
      <main id="content" tabIndex={-1}>
        {programme.isPending && <Loading what={t('frame.loading')} />}
        {programme.isError && <ErrorNotice error={programme.error} retry={() => void programme.refetch()} />}
        {programme.data && (
          <Suspense fallback={<Loading what={t('frame.loading')} />}>
            {address.page === 'map' ? (
              <MapPage programme={programme.data} theme={appearance.theme} />
            ) : (
              <Dashboard programme={programme.data} />
            )}
          </Suspense>
        )}
      </main>
    </div>
  );
}
